package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.Validity;
import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.inventory.Inventory.RequestId;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.pki.inventory.SerialNumbers;
import dev.clusterbox.pki.lint.Lint;
import dev.clusterbox.pki.profile.Profile.Approved;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Signs what was approved and stores it: a certificate leaves this class when it, its audit entry and its idempotency key are on
 * disk. Of equal requests that come at once one is stored; what was signed for the others is forgotten, and they get that one.
 */
@Singleton
public final class Issuer {

    private final Database database;
    private final Authorities authorities;
    private final Inventory inventory;
    private final AuditLog audit;
    private final LeafWriter writer;
    private final Lint lint;
    private final SerialNumbers serials;
    private final InstantSource clock;

    public Issuer(
            Database database,
            Authorities authorities,
            Inventory inventory,
            AuditLog audit,
            LeafWriter writer,
            Lint lint,
            SerialNumbers serials,
            InstantSource clock) {
        this.database = database;
        this.authorities = authorities;
        this.inventory = inventory;
        this.audit = audit;
        this.writer = writer;
        this.lint = lint;
        this.serials = serials;
        this.clock = clock;
    }

    /** @param idempotencyKey with the same one, the same request gets the same certificate again */
    CertificateRecord issue(
            CertificateAuthority authority, Approved approved, String by, Optional<String> idempotencyKey) {
        var request = new RequestId(idempotencyKey, hash(authority.record(), approved));
        var signed = signUnlessKnown(authority, approved, request, by);
        return database.write(connection -> {
            requireInUse(connection, authority);
            var earlier = repeat(connection, request, authority, approved, by);
            if (earlier.isPresent()) {
                return earlier.get();
            }
            var issued = signed.orElseThrow();
            inventory.add(connection, issued, request);
            audit.append(connection, issued.auditEntry(AuditEvent.ISSUED, by, ""));
            return issued;
        });
    }

    /** For the same new key, the same old certificate is renewed once; asked again, it is the same answer. */
    CertificateRecord renew(CertificateAuthority authority, Approved approved, String by, CertificateRecord old) {
        var request = new RequestId(Optional.of(renewalKey(approved, old)), hash(authority.record(), approved));
        var signed = signUnlessKnown(authority, approved, request, by);
        return database.write(connection -> {
            requireInUse(connection, authority);
            var stillThere = inventory.find(connection, old.authority().name(), old.serial());
            Renewal.requireStanding(stillThere.orElseThrow(), clock.instant());
            var earlier = repeat(connection, request, authority, approved, by);
            if (earlier.isPresent()) {
                Renewal.requireStanding(earlier.get(), clock.instant());
                return earlier.get();
            }
            var issued = signed.orElseThrow();
            inventory.add(connection, issued, request);
            audit.append(connection, issued.auditEntry(AuditEvent.RENEWED, by, old.serial()));
            return issued;
        });
    }

    /** Many at once, before the database is written to. What an equal request was faster with never leaves. */
    private Optional<CertificateRecord> signUnlessKnown(
            CertificateAuthority authority, Approved approved, RequestId request, String by) {
        boolean known = request.key()
                .flatMap(key -> database.read(connection -> inventory.findByKey(connection, key)))
                .isPresent();
        return known ? Optional.empty() : Optional.of(sign(authority, approved, by));
    }

    /** What was issued for an equal request with the same key. */
    private Optional<CertificateRecord> repeat(
            Connection connection, RequestId request, CertificateAuthority authority, Approved approved, String by)
            throws SQLException {
        if (request.key().isEmpty()) {
            return Optional.empty();
        }
        var earlier = inventory.findByKey(connection, request.key().get());
        if (earlier.isEmpty()) {
            return Optional.empty();
        }
        var issued = earlier.get().certificate();
        // With the earlier authority: the answer from before a rotation stays the answer.
        var root = issued.authority();
        boolean same = root.name().equals(authority.record().name())
                && root.isTrusted()
                && earlier.get().requestHash().equals(hash(root, approved));
        if (!same) {
            throw Problem.conflict(
                            "this Idempotency-Key was used for another request",
                            "use a new key for a request with another key, profile or identity")
                    .asException();
        }
        audit.append(connection, issued.auditEntry(AuditEvent.REPEATED, by, ""));
        return Optional.of(issued);
    }

    private CertificateRecord sign(CertificateAuthority authority, Approved approved, String by) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var root = authority.record();
        if (!now.isBefore(root.notAfter())) {
            throw Problem.conflict(
                            "the authority %s has expired: %s".formatted(root.name(), root.notAfter()),
                            "make a new one")
                    .asException();
        }
        var validity = Validity.of(now, approved.profile().validity(), root);
        var serial = serials.next();
        var certificate = Der.of(writer.leaf(authority, approved, serial, validity.from(), validity.to()));
        lint.check(certificate, new Lint.Expected(authority, approved, serial, validity.from(), validity.to()));
        return new CertificateRecord(
                root,
                approved.profile().name(),
                SerialNumber.text(serial),
                approved.identity().subject().toString(),
                approved.identity().nameTexts(),
                validity.from(),
                validity.to(),
                Sha256.hex(certificate),
                Pem.certificate(certificate),
                by,
                now,
                Optional.empty());
    }

    /** An authority that was deleted or rotated while the request was looked at must not sign any more. */
    private void requireInUse(Connection connection, CertificateAuthority authority) throws SQLException {
        var record = authority.record();
        if (authorities.isSigning(connection, record.id())) {
            return;
        }
        boolean another = authorities.find(connection, record.name()).isPresent();
        throw (another
                        ? Problem.unavailable(
                                "the authority %s was rotated just now".formatted(record.name()), "ask again")
                        : Problem.notFound("there is no authority '%s'".formatted(record.name())))
                .asException();
    }

    /** What makes two requests the same: not their bytes, because a signature is another one each time, but what they mean. */
    private static String hash(AuthorityRecord authority, Approved approved) {
        try {
            return new Sha256()
                    .field(authority.id())
                    .field(approved.profile().name())
                    .field(approved.identity().subject().toString())
                    .field(String.join(",", approved.identity().nameTexts()))
                    .field(approved.key().info().getEncoded("DER"))
                    .hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a space in it, which a caller's key never has. */
    private static String renewalKey(Approved approved, CertificateRecord old) {
        try {
            return "renewal "
                    + new Sha256()
                            .field(old.fingerprint())
                            .field(approved.key().info().getEncoded("DER"))
                            .hex();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

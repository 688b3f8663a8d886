package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.inventory.Inventory.RequestId;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.pki.issuance.Profile.Approved;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * Signs what was approved and stores it: a certificate leaves this class when it, its audit entry and its idempotency key are on
 * disk. Of equal requests that come at once one is stored; what was signed for the others is forgotten, and they get that one.
 */
@Singleton
final class Issuer {

    /** A machine whose clock is a little behind must not find its new certificate in the future. */
    static final Duration SKEW = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 128;

    private final Database database;
    private final Authorities authorities;
    private final Inventory inventory;
    private final AuditLog audit;
    private final LeafWriter writer;
    private final Lint lint;
    private final SecureRandom random;
    private final InstantSource clock;

    Issuer(
            Database database,
            Authorities authorities,
            Inventory inventory,
            AuditLog audit,
            LeafWriter writer,
            Lint lint,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.authorities = authorities;
        this.inventory = inventory;
        this.audit = audit;
        this.writer = writer;
        this.lint = lint;
        this.random = random;
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
            audit.append(connection, entry(AuditEvent.ISSUED, by, issued));
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
            audit.append(connection, entry(AuditEvent.RENEWED, by, issued, old.serial()));
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
        audit.append(connection, entry(AuditEvent.REPEATED, by, issued));
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
        var notBefore = latest(now.minus(SKEW), root.notBefore());
        var notAfter = earliest(now.plus(approved.profile().validity()), root.notAfter());
        var serial = serial(random);
        var certificate = encoded(writer.leaf(authority, approved, serial, notBefore, notAfter));
        lint.check(certificate, new Lint.Expected(authority, approved, serial, notBefore, notAfter));
        return new CertificateRecord(
                root,
                approved.profile().name(),
                SerialNumber.text(serial),
                approved.identity().subject().toString(),
                approved.identity().nameTexts(),
                notBefore,
                notAfter,
                fingerprint(certificate),
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
            var digest = sha256();
            add(digest, authority.id().getBytes(StandardCharsets.UTF_8));
            add(digest, approved.profile().name().getBytes(StandardCharsets.UTF_8));
            add(digest, approved.identity().subject().toString().getBytes(StandardCharsets.UTF_8));
            add(digest, String.join(",", approved.identity().nameTexts()).getBytes(StandardCharsets.UTF_8));
            add(digest, approved.key().info().getEncoded("DER"));
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a space in it, which a caller's key never has. */
    private static String renewalKey(Approved approved, CertificateRecord old) {
        try {
            var digest = sha256();
            add(digest, old.fingerprint().getBytes(StandardCharsets.UTF_8));
            add(digest, approved.key().info().getEncoded("DER"));
            return "renewal " + HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(MessageDigest digest, byte[] value) {
        digest.update(ByteBuffer.allocate(4).putInt(value.length).array());
        digest.update(value);
    }

    static AuditEntry entry(AuditEvent event, String by, CertificateRecord certificate) {
        return entry(event, by, certificate, "");
    }

    private static AuditEntry entry(AuditEvent event, String by, CertificateRecord certificate, String reason) {
        return new AuditEntry(
                event,
                by,
                certificate.authority().name(),
                certificate.profile(),
                certificate.subject(),
                String.join(",", certificate.names()),
                certificate.serial(),
                certificate.fingerprint(),
                reason);
    }

    /** RFC 5280, 4.1.2.2: positive, at most 20 octets; CA/Browser Forum Baseline Requirements, 7.1: 64 random bits at least. */
    static BigInteger serial(SecureRandom random) {
        var serial = BigInteger.ZERO;
        while (serial.signum() == 0) {
            serial = new BigInteger(SERIAL_BITS, random);
        }
        return serial;
    }

    static String fingerprint(byte[] certificate) {
        return HexFormat.of().formatHex(sha256().digest(certificate));
    }

    static byte[] encoded(X509CertificateHolder certificate) {
        try {
            return certificate.getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    static Instant earliest(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}

package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.Inventory;
import dev.clusterbox.pki.inventory.Inventory.RequestId;
import dev.clusterbox.pki.inventory.Leaves;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.pki.inventory.SerialNumbers;
import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * Makes the keys that sign OCSP responses, each when it is first needed. They are never written down: another process, and
 * this one some days later, makes others. Their certificates are on record like all that an authority has signed.
 */
@Singleton
public final class Responders {

    /** It cannot be revoked (RFC 6960, 4.2.2.2.1), so it is short. */
    private static final Duration VALIDITY = Duration.ofDays(7);

    /** Who asked, in the inventory. */
    private static final String SELF = "pki-service";

    private final Database database;
    private final Authorities authorities;
    private final CertificateAuthorities keys;
    private final Inventory inventory;
    private final AuditLog audit;
    private final SerialNumbers serials;
    private final SecureRandom random;
    private final InstantSource clock;

    private final Map<String, Responder> responders = new HashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    Responders(
            Database database,
            Authorities authorities,
            CertificateAuthorities keys,
            Inventory inventory,
            AuditLog audit,
            SerialNumbers serials,
            SecureRandom random,
            InstantSource clock) {
        this.database = database;
        this.authorities = authorities;
        this.keys = keys;
        this.inventory = inventory;
        this.audit = audit;
        this.serials = serials;
        this.random = random;
        this.clock = clock;
    }

    /** Empty for a generation that has no key any more. Not to be called inside a transaction. */
    public Optional<Responder> of(AuthorityRecord generation) {
        if (!generation.isTrusted()) {
            return Optional.empty();
        }
        lock.lock();
        try {
            var there = responders.get(generation.id());
            if (there != null && there.isFresh(clock.instant())) {
                return Optional.of(there);
            }
            var made = keys.withKey(generation).flatMap(this::make);
            made.ifPresent(responder -> responders.put(generation.id(), responder));
            return made;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Responder> make(CertificateAuthority authority) {
        var root = authority.record();
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        if (!now.isBefore(root.notAfter())) {
            return Optional.empty();
        }
        var pair = AuthorityKeyType.EC_P256.generate(random);
        var validity = Validity.of(now, VALIDITY, root);
        var certificate = AuthorityCertificates.responder(
                authority, pair.getPublic(), serials.next(), validity.from(), validity.to());
        var record = record(root, certificate, now);
        return database.write(connection -> {
            if (!authorities.isTrusted(connection, root.id())) {
                return Optional.empty();
            }
            inventory.add(connection, record, new RequestId(Optional.empty(), record.fingerprint()));
            audit.append(connection, record.auditEntry(AuditEvent.ISSUED, SELF, ""));
            return Optional.of(new Responder(certificate, pair.getPrivate(), AuthorityKeyType.EC_P256));
        });
    }

    private static CertificateRecord record(AuthorityRecord root, X509CertificateHolder certificate, Instant now) {
        return new CertificateRecord(
                root,
                Leaves.RESPONDER,
                SerialNumber.text(certificate.getSerialNumber()),
                AuthorityCertificates.RESPONDER.toString(),
                List.of(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                Sha256.hex(Der.of(certificate)),
                Pem.certificate(Der.of(certificate)),
                SELF,
                now,
                Optional.empty());
    }
}

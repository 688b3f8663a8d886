package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.issuance.AuthorityName.Kind;
import dev.clusterbox.pki.keystore.KeyFolder;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, finds and deletes authorities. The key is on disk before the authority is in the database, and the authority is
 * marked as deleted before its key is destroyed: whenever the process ends, an authority in use has its key.
 */
@Context
final class CertificateAuthorities {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthorities.class);

    private final Database database;
    private final Authorities authorities;
    private final AuditLog audit;
    private final KeyFolder keys;
    private final NewAuthority newAuthority;
    private final InstantSource clock;

    private final Map<String, CertificateAuthority> opened = new ConcurrentHashMap<>();
    /** Held while keys are made, opened and destroyed. */
    private final ReentrantLock lock = new ReentrantLock();

    CertificateAuthorities(
            Database database,
            Authorities authorities,
            AuditLog audit,
            KeyFolder keys,
            NewAuthority newAuthority,
            InstantSource clock) {
        this.database = database;
        this.authorities = authorities;
        this.audit = audit;
        this.keys = keys;
        this.newAuthority = newAuthority;
        this.clock = clock;
    }

    /** Finishes what an earlier process began, and opens one key, so that a wrong passphrase shows now. */
    @PostConstruct
    void recover() {
        keys.sweep();
        var known = authorities.inUse();
        var onDisk = new HashSet<>(keys.ids());
        known.forEach(authority -> onDisk.remove(authority.id()));
        for (var id : authorities.deletedIds()) {
            if (onDisk.remove(id)) {
                LOG.info("key {}: destroyed, its authority was deleted", id);
                keys.destroy(id);
            }
        }
        // Not ours to destroy: with a database that was brought back from a backup they may be all that is left.
        onDisk.forEach(id -> LOG.warn("key {}: no authority has it; nothing uses it", id));
        known.stream().findFirst().ifPresent(authority -> named(authority.name()));
    }

    Made make(AuthorityName name, String by) {
        lock.lock();
        try {
            var there = authorities.find(name.toString());
            return there.isPresent() ? new Made(there.get(), false) : makeNew(name, by);
        } finally {
            lock.unlock();
        }
    }

    private Made makeNew(AuthorityName name, String by) {
        var made = newAuthority.make(name, by);
        var record = made.record();
        keys.store(record.id(), made.key());
        boolean kept = false;
        try {
            var result = database.write(connection -> {
                // Another process on the same database may have been faster.
                var there = authorities.find(connection, record.name());
                if (there.isPresent()) {
                    return new Made(there.get(), false);
                }
                authorities.add(connection, record);
                audit.append(connection, entry(AuditEvent.AUTHORITY_MADE, by, record));
                return new Made(record, true);
            });
            kept = result.isNew();
            if (kept) {
                opened.put(record.id(), made);
                LOG.info("authority {}: made, fingerprint {}", record.name(), record.fingerprint());
            }
            return result;
        } finally {
            if (!kept) {
                keys.destroy(record.id());
            }
        }
    }

    List<AuthorityRecord> list() {
        return authorities.inUse();
    }

    AuthorityRecord find(String name) {
        return authorities
                .find(name)
                .orElseThrow(() -> Problem.notFound("there is no authority '%s'".formatted(Rule.shown(name)))
                        .asException());
    }

    /** With its key, which is decrypted the first time. */
    CertificateAuthority named(String name) {
        var at = opened.get(find(name).id());
        if (at != null) {
            return at;
        }
        lock.lock();
        try {
            // Again: it may have been deleted meanwhile.
            var record = find(name);
            return opened.computeIfAbsent(record.id(), id -> newAuthority.open(record, keys.load(id, "EC")));
        } finally {
            lock.unlock();
        }
    }

    /** It is fine if it is not there. Its certificates stay on record. */
    void delete(AuthorityName name, String by) {
        if (name.kind() == Kind.INSTALLATION) {
            throw Problem.conflict(
                            "the authority of the installation cannot be deleted",
                            "its certificates are what the services and agents know each other by")
                    .asException();
        }
        lock.lock();
        try {
            var there = authorities.find(name.toString());
            if (there.isEmpty()) {
                return;
            }
            var record = there.get();
            database.write(connection -> {
                authorities.markDeleted(connection, record.id(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
                audit.append(connection, entry(AuditEvent.AUTHORITY_DELETED, by, record));
                return record;
            });
            opened.remove(record.id());
            keys.destroy(record.id());
            LOG.info("authority {}: deleted, its key is destroyed", record.name());
        } finally {
            lock.unlock();
        }
    }

    private static AuditEntry entry(AuditEvent event, String by, AuthorityRecord record) {
        return AuditEntry.ofAuthority(
                event, by, record.name(), record.subject(), record.serial(), record.fingerprint());
    }

    /** @param isNew false if it was there already */
    record Made(AuthorityRecord record, boolean isNew) {}
}

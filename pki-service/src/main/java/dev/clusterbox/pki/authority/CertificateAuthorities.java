package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.authority.AuthorityName.Kind;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.keystore.AuthorityKeys;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, finds, rotates, retires and deletes authorities. The key is on disk before the authority is in the database, and the
 * authority is marked as ended before its key is destroyed: whenever the process ends, an authority in use has its key.
 */
@Context
public final class CertificateAuthorities {

    /** For that long it may go unseen that another process on the same database has rotated one. */
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthorities.class);

    private final Database database;
    private final Authorities authorities;
    private final AuditLog audit;
    private final AuthorityKeys keys;
    private final NewAuthority newAuthority;
    private final InstantSource clock;

    private final Map<String, CertificateAuthority> opened = new ConcurrentHashMap<>();
    /** By name, for a moment. What is signed is checked against the database once more when it is stored. */
    private final Map<String, Signing> signing = new ConcurrentHashMap<>();
    /** Held while keys are made, opened and destroyed. Never taken inside a transaction, because it is held around some. */
    private final ReentrantLock lock = new ReentrantLock();

    CertificateAuthorities(
            Database database,
            Authorities authorities,
            AuditLog audit,
            AuthorityKeys keys,
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
        var onDisk = new HashSet<>(keys.ids());
        onDisk.removeAll(authorities.trustedIds());
        for (var id : authorities.endedIds()) {
            if (onDisk.remove(id)) {
                LOG.info("key {}: destroyed, its authority was deleted or retired", id);
                keys.destroy(id);
            }
        }
        // Not ours to destroy: with a database that was brought back from a backup they may be all that is left.
        onDisk.forEach(id -> LOG.warn("key {}: no authority has it; nothing uses it", id));
        authorities.signing().stream().findFirst().ifPresent(authority -> named(authority.name()));
    }

    /** @param keyType empty for the usual one, or whatever the one that is there has */
    Made make(AuthorityName name, Optional<AuthorityKeyType> keyType, String by) {
        keyType.ifPresent(type -> type.requireFor(name));
        lock.lock();
        try {
            var there = authorities.find(name.toString());
            if (there.isEmpty()) {
                return makeNew(name, keyType.orElse(AuthorityKeyType.EC_P256), Optional.empty(), by);
            }
            var has = there.get().keyType();
            if (keyType.isPresent() && !keyType.get().toString().equals(has)) {
                throw Problem.conflict(
                                "the authority %s is there with a key of the type %s".formatted(name, has),
                                "rotate it to give it another one")
                        .asException();
            }
            return new Made(there.get(), false);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a new generation that signs from now on; the one before stays trusted.
     *
     * @param keyType empty for the same as before
     * @param from the serial number of the generation that is to be replaced; if another one signs already, that is the answer
     */
    Made rotate(AuthorityName name, Optional<AuthorityKeyType> keyType, Optional<String> from, String by) {
        keyType.ifPresent(type -> type.requireFor(name));
        lock.lock();
        try {
            var old = find(name.toString());
            return from.isPresent() && !from.get().equals(old.serial())
                    ? new Made(old, false)
                    : makeNew(
                            name, keyType.orElseGet(() -> AuthorityKeyType.parse(old.keyType())), Optional.of(old), by);
        } finally {
            lock.unlock();
        }
    }

    /** @param old the one in whose place it signs, if there is one */
    private Made makeNew(AuthorityName name, AuthorityKeyType keyType, Optional<AuthorityRecord> old, String by) {
        int generation = old.map(AuthorityRecord::generation).orElse(0) + 1;
        var made = newAuthority.make(name, keyType, generation, by);
        var record = made.record();
        keys.store(record.id(), made.key(), made.x509());
        boolean kept = false;
        try {
            var result = database.write(connection -> {
                // Another process on the same database may have been faster.
                var there = authorities.find(connection, record.name());
                if (!there.map(AuthorityRecord::id).equals(old.map(AuthorityRecord::id))) {
                    return new Made(there.orElseThrow(() -> noAuthority(record.name())), false);
                }
                if (old.isPresent()) {
                    authorities.markSuperseded(connection, old.get().id(), record.createdAt());
                }
                authorities.add(connection, record);
                var event = old.isPresent() ? AuditEvent.AUTHORITY_ROTATED : AuditEvent.AUTHORITY_MADE;
                audit.append(connection, entry(event, by, record));
                return new Made(record, true);
            });
            kept = result.isNew();
            if (kept) {
                opened.put(record.id(), made);
                signing.remove(record.name());
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
        return authorities.signing();
    }

    /** The one that signs. */
    public AuthorityRecord find(String name) {
        return authorities.find(name).orElseThrow(() -> noAuthority(name));
    }

    /** The newest first. */
    public List<AuthorityRecord> generations(String name) {
        var generations = authorities.generations(name);
        if (generations.isEmpty()) {
            throw noAuthority(name);
        }
        return generations;
    }

    /** The one that signs, with its key, which is decrypted the first time. */
    public CertificateAuthority named(String name) {
        var known = signing.get(name);
        if (known != null && clock.instant().isBefore(known.until())) {
            return known.authority();
        }
        var until = clock.instant().plus(MOMENT);
        var found = withKey(find(name))
                // It may have been deleted meanwhile, or rotated and retired.
                .or(() -> withKey(find(name)))
                .orElseThrow(() -> noAuthority(name));
        lock.lock();
        try {
            // Not one that was destroyed or superseded after it was found.
            if (authorities
                    .find(name)
                    .filter(it -> it.id().equals(found.record().id()))
                    .isPresent()) {
                signing.put(name, new Signing(found, until));
            }
        } finally {
            lock.unlock();
        }
        return found;
    }

    /** With its key, if it still has one. Not to be called inside a transaction. */
    public Optional<CertificateAuthority> withKey(AuthorityRecord generation) {
        var at = opened.get(generation.id());
        if (at != null) {
            return Optional.of(at);
        }
        lock.lock();
        try {
            if (!authorities.trustedIds().contains(generation.id())) {
                return Optional.empty();
            }
            return Optional.of(opened.computeIfAbsent(generation.id(), id -> open(generation)));
        } finally {
            lock.unlock();
        }
    }

    private CertificateAuthority open(AuthorityRecord record) {
        var type = AuthorityKeyType.parse(record.keyType());
        return newAuthority.open(record, keys.load(record.id(), type.algorithm()));
    }

    /**
     * Ends a generation that signs no more certificates: what it signs in {@code last} is the last, and its key is destroyed.
     * What {@code last} throws leaves all as it was.
     */
    public void retire(AuthorityRecord generation, String by, LastWork last) {
        lock.lock();
        try {
            var authority = withKey(generation);
            if (authority.isEmpty()) {
                return;
            }
            database.write(connection -> {
                last.in(connection, authority.get());
                authorities.markRetired(
                        connection, generation.id(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
                audit.append(connection, entry(AuditEvent.AUTHORITY_RETIRED, by, generation));
                return generation;
            });
            destroy(generation);
            LOG.info("authority {}: {} is retired, its key is destroyed", generation.name(), generation.subject());
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
            var generations = authorities.generations(name.toString());
            if (generations.isEmpty()) {
                return;
            }
            database.write(connection -> {
                for (var record : generations) {
                    authorities.markDeleted(
                            connection, record.id(), clock.instant().truncatedTo(ChronoUnit.SECONDS));
                    audit.append(connection, entry(AuditEvent.AUTHORITY_DELETED, by, record));
                }
                return name;
            });
            generations.forEach(this::destroy);
            LOG.info("authority {}: deleted, its keys are destroyed", name);
        } finally {
            lock.unlock();
        }
    }

    private void destroy(AuthorityRecord record) {
        opened.remove(record.id());
        signing.remove(record.name());
        keys.destroy(record.id());
    }

    private static RuntimeException noAuthority(String name) {
        return Problem.notFound("there is no authority '%s'".formatted(Rule.shown(name)))
                .asException();
    }

    private static AuditEntry entry(AuditEvent event, String by, AuthorityRecord record) {
        return AuditEntry.ofAuthority(
                event, by, record.name(), record.subject(), record.serial(), record.fingerprint());
    }

    /** What is written in the transaction that ends a generation. */
    @FunctionalInterface
    public interface LastWork {
        void in(Connection connection, CertificateAuthority authority) throws SQLException;
    }

    private record Signing(CertificateAuthority authority, Instant until) {}

    /** @param isNew false if it was there already */
    record Made(AuthorityRecord record, boolean isNew) {}
}

package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.inventory.Authorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.Leaves;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * Signs the revocation list of each authority: with a revocation, and when the one that is there has lived for half of its
 * time and somebody asks. Each is stored, with its number, before anybody has it.
 */
@Context
final class RevocationLists {

    private static final Duration SHORTEST = Duration.ofHours(1);
    /** CA/Browser Forum Baseline Requirements, 4.9.7. */
    private static final Duration LONGEST = Duration.ofDays(10);

    private final Database database;
    private final StoredLists stored;
    private final Authorities authorities;
    private final CertificateAuthorities keys;
    private final Leaves leaves;
    private final InstantSource clock;
    private final Duration lifetime;

    RevocationLists(
            Database database,
            StoredLists stored,
            Authorities authorities,
            CertificateAuthorities keys,
            Leaves leaves,
            InstantSource clock,
            @Value("${clusterbox.pki.crl-lifetime}") Duration lifetime) {
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            throw new IllegalStateException(
                    "clusterbox.pki.crl-lifetime: %s (expected: %s to %s)".formatted(lifetime, SHORTEST, LONGEST));
        }
        this.database = database;
        this.stored = stored;
        this.authorities = authorities;
        this.keys = keys;
        this.leaves = leaves;
        this.clock = clock;
        this.lifetime = lifetime;
    }

    RevocationList of(AuthorityRecord generation) {
        var there = stored.find(generation.id());
        if (there.isPresent() && !there.get().isDue(now())) {
            return there.get();
        }
        var authority = keys.withKey(generation);
        if (authority.isEmpty()) {
            return last(generation);
        }
        return database.write(connection -> {
            var latest = stored.find(connection, generation.id());
            boolean again = latest.isEmpty() || latest.get().isDue(now());
            // It may have been retired meanwhile, with a list that is the last.
            if (again && authorities.isTrusted(connection, generation.id())) {
                return sign(connection, authority.get(), true, now().plus(lifetime));
            }
            return latest.orElseThrow(() -> none(generation));
        });
    }

    private RevocationList last(AuthorityRecord generation) {
        return stored.find(generation.id()).orElseThrow(() -> none(generation));
    }

    /** In the transaction of a revocation, so that who was told of it finds it on the list. */
    void signAnew(Connection connection, CertificateAuthority authority) throws SQLException {
        if (authorities.isTrusted(connection, authority.record().id())) {
            sign(connection, authority, false, now().plus(lifetime));
        }
    }

    /** Good until no certificate is left that it could say anything of. */
    void signLast(Connection connection, CertificateAuthority authority) throws SQLException {
        var end = now().plus(lifetime);
        for (var revoked : leaves.revoked(connection, authority.record(), now())) {
            end = revoked.notAfter().isAfter(end) ? revoked.notAfter() : end;
        }
        sign(connection, authority, true, end);
    }

    /** RFC 5280, 3.3: an entry stays until it was on one regular list after its certificate had expired. */
    private RevocationList sign(Connection connection, CertificateAuthority authority, boolean regular, Instant end)
            throws SQLException {
        var id = authority.record().id();
        var before = stored.find(connection, id);
        var keptUntil = before.map(RevocationList::regularAt).orElse(Instant.EPOCH);
        long number = before.map(RevocationList::number).orElse(0L) + 1;
        var der = RevocationListWriter.write(
                authority, number, now(), end, leaves.revoked(connection, authority.record(), keptUntil));
        var list = new RevocationList(
                id, number, now(), end, regular || before.isEmpty() ? now() : keptUntil, RevocationList.pem(der));
        stored.put(connection, list);
        return list;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private static RuntimeException none(AuthorityRecord generation) {
        return Problem.notFound("there is no revocation list of '%s'".formatted(generation.name()))
                .asException();
    }
}

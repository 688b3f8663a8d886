package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.AuthorityRecord.State;
import dev.clusterbox.pki.inventory.Leaves;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Ends generations that sign no certificates any more. Afterwards each of their certificates has expired or is on their last
 * revocation list.
 */
@Singleton
final class Retirement {

    private final CertificateAuthorities authorities;
    private final Leaves leaves;
    private final Revocations revocations;
    private final RevocationLists lists;
    private final InstantSource clock;

    Retirement(
            CertificateAuthorities authorities,
            Leaves leaves,
            Revocations revocations,
            RevocationLists lists,
            InstantSource clock) {
        this.authorities = authorities;
        this.leaves = leaves;
        this.revocations = revocations;
        this.lists = lists;
        this.clock = clock;
    }

    /**
     * @param serial of the one; empty for all that were superseded
     * @param revoke whether to revoke certificates that are still in use; without it they are in the way
     */
    void retire(String name, Optional<String> serial, boolean revoke, String by) {
        for (var generation : superseded(name, serial)) {
            authorities.retire(generation, by, (connection, authority) -> lastWork(connection, authority, revoke, by));
        }
    }

    private List<AuthorityRecord> superseded(String name, Optional<String> serial) {
        var generations = authorities.generations(name).stream()
                .filter(it -> serial.isEmpty() || serial.get().equals(it.serial()))
                .toList();
        if (generations.isEmpty()) {
            throw Problem.notFound("the authority has no such generation").asException();
        }
        if (serial.isPresent() && generations.getFirst().state() == State.SIGNING) {
            throw Problem.conflict(
                            "this generation signs, it cannot be retired",
                            "rotate the authority first, so that another one signs")
                    .asException();
        }
        return generations.stream().filter(it -> it.state() == State.SUPERSEDED).toList();
    }

    private void lastWork(Connection connection, CertificateAuthority authority, boolean revoke, String by)
            throws SQLException {
        var generation = authority.record();
        var living = leaves.living(connection, generation, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        if (!living.isEmpty() && !revoke) {
            throw Problem.conflict(
                            "%d certificates of %s are in use, the first: %s, serial %s"
                                    .formatted(
                                            living.size(),
                                            generation.subject(),
                                            living.getFirst().subject(),
                                            living.getFirst().serial()),
                            "renew them and revoke the old ones, or let 'revoke=true' revoke them now")
                    .asException();
        }
        for (var certificate : living) {
            revocations.mark(connection, certificate, RevocationReason.SUPERSEDED, by);
        }
        lists.signLast(connection, authority);
    }
}

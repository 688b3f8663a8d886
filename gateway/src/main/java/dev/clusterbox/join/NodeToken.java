package dev.clusterbox.join;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.Optional;

/**
 * The permission for one machine to become one node of one cluster, once.
 *
 * @param id stands in the token and opens nothing
 * @param address of the node, where the API server reaches its kubelet
 * @param sharedKernel whether the machine has no kernel of its own
 * @param keysHash SHA-256 over the keys that it was used with
 * @param redeemedFrom the address from which it was used
 */
record NodeToken(
        String id,
        String clusterUid,
        String node,
        String address,
        boolean sharedKernel,
        String createdBy,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> revokedAt,
        Optional<String> keysHash,
        Optional<Instant> redeemedAt,
        Optional<String> redeemedFrom) {

    enum State {
        OPEN,
        REDEEMED,
        EXPIRED,
        REVOKED
    }

    State state(Instant now) {
        if (revokedAt.isPresent()) {
            return State.REVOKED;
        }
        if (redeemedAt.isPresent()) {
            return State.REDEEMED;
        }
        return now.isBefore(expiresAt) ? State.OPEN : State.EXPIRED;
    }

    /** Whether somebody may still come with it, for the first time or because an answer was lost. */
    boolean isGood(Instant now) {
        return revokedAt.isEmpty() && now.isBefore(expiresAt);
    }

    /** As REST shows it. */
    @Serdeable
    record View(
            String id,
            String node,
            String address,
            boolean sharedKernel,
            State state,
            String createdBy,
            Instant createdAt,
            Instant expiresAt,
            Optional<Instant> redeemedAt,
            Optional<String> redeemedFrom) {}

    View view(Instant now) {
        return new View(
                id, node, address, sharedKernel, state(now), createdBy, createdAt, expiresAt, redeemedAt, redeemedFrom);
    }
}

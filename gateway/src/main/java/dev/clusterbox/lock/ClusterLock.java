package dev.clusterbox.lock;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;

/**
 * Somebody's lock on a cluster.
 *
 * @param owner who may change the cluster meanwhile
 */
@Serdeable
public record ClusterLock(String owner, String reason, Instant since, Instant expiresAt) {

    /** Slack's people are named by their id; the name behind it may change. */
    public boolean belongsTo(String caller) {
        return id(owner).equals(id(caller));
    }

    private static String id(String name) {
        return name.split(" ", 2)[0];
    }
}

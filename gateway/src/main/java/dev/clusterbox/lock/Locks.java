package dev.clusterbox.lock;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Database;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Locks on clusters, by the cluster's uid: a new cluster of the same name is not locked. */
@Singleton
public final class Locks {

    private static final Logger LOG = LoggerFactory.getLogger(Locks.class);

    private final Database database;
    private final InstantSource clock;

    Locks(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The lock on a cluster, if it has not expired. */
    public Optional<ClusterLock> on(String uid) {
        return database.transaction(t -> t.one(
                        "SELECT owner, reason, since, expires_at FROM cluster_locks WHERE cluster_uid = ?",
                        row -> new ClusterLock(
                                row.getString(1),
                                row.getString(2),
                                Instant.parse(row.getString(3)),
                                Instant.parse(row.getString(4))),
                        uid))
                .filter(lock -> lock.expiresAt().isAfter(clock.instant()));
    }

    /**
     * Locks a cluster, or changes the caller's own lock.
     *
     * @param takeOver whether somebody else's lock is replaced
     * @throws dev.clusterbox.problem.ProblemException if somebody else has it
     */
    public synchronized ClusterLock take(
            String uid, String name, String by, String reason, Duration lasts, boolean takeOver) {
        var before = on(uid).filter(lock -> !lock.belongsTo(by));
        if (before.isPresent() && !takeOver) {
            throw locked(name, before.get());
        }
        var now = clock.instant();
        var lock = new ClusterLock(by, reason, now, now.plus(lasts));
        database.transaction(t -> {
            t.update("DELETE FROM cluster_locks WHERE cluster_uid = ?", uid);
            return t.update(
                    "INSERT INTO cluster_locks (cluster_uid, owner, reason, since, expires_at) VALUES (?, ?, ?, ?, ?)",
                    uid,
                    by,
                    reason,
                    lock.since().toString(),
                    lock.expiresAt().toString());
        });
        LOG.info(
                "{} has locked {} until {}: {}{}",
                by,
                name,
                lock.expiresAt(),
                reason,
                before.map(old -> " (taken over from %s: %s)".formatted(old.owner(), old.reason()))
                        .orElse(""));
        return lock;
    }

    /**
     * Ends the caller's lock; without a lock there is nothing to do.
     *
     * @throws dev.clusterbox.problem.ProblemException if somebody else has it
     */
    public synchronized void release(String uid, String name, String by) {
        requireFree(uid, name, by);
        if (database.transaction(t -> t.update("DELETE FROM cluster_locks WHERE cluster_uid = ?", uid)) > 0) {
            LOG.info("{} has unlocked {}", by, name);
        }
    }

    /**
     * Lets a change of a cluster pass.
     *
     * @throws dev.clusterbox.problem.ProblemException if somebody else has locked it
     */
    public void requireFree(String uid, String name, String by) {
        on(uid).filter(lock -> !lock.belongsTo(by)).ifPresent(lock -> {
            throw locked(name, lock);
        });
    }

    private static RuntimeException locked(String name, ClusterLock lock) {
        return Problem.conflict(
                        "'%s' is locked by %s until %s: %s"
                                .formatted(name, lock.owner(), lock.expiresAt(), lock.reason()),
                        "ask them, or take the lock over: './clusterbox lock %s REASON --take-over'".formatted(name))
                .asException();
    }
}

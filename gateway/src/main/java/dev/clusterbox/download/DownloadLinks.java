package dev.clusterbox.download;

import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import dev.clusterbox.storage.Database;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** What addresses were given away, for whom, and which of them are still good. Only hashes of their tokens are kept. */
@Singleton
final class DownloadLinks {

    /** Long enough to change to another window, short enough not to be found again. */
    private static final Duration GOOD_FOR = Duration.ofMinutes(10);

    /** An address that was given away. */
    record Link(String token, Instant expiresAt) {}

    /** What is behind an address. */
    record Target(String cluster, Caller madeFor) {}

    private final Database database;
    private final Secrets secrets;
    private final InstantSource clock;

    DownloadLinks(Database database, Secrets secrets, InstantSource clock) {
        this.database = database;
        this.secrets = secrets;
        this.clock = clock;
    }

    Link make(String cluster, Caller caller) {
        var token = secrets.token();
        var expires = clock.instant().plus(GOOD_FOR);
        database.transaction(t -> {
            t.update(
                    "DELETE FROM download_links WHERE expires_at < ?",
                    clock.instant().getEpochSecond());
            return t.update(
                    "INSERT INTO download_links (token_hash, cluster, made_for, role, token_name, expires_at, spent)"
                            + " VALUES (?, ?, ?, ?, ?, ?, 0)",
                    Secrets.hash(token),
                    cluster,
                    caller.name(),
                    caller.role().name(),
                    caller.token(),
                    expires.getEpochSecond());
        });
        return new Link(token, expires);
    }

    /** What is behind an address that is still good; it stays good. */
    Optional<Target> look(String token) {
        return database.transaction(t -> t.one(
                "SELECT cluster, made_for, role, token_name FROM download_links"
                        + " WHERE token_hash = ? AND spent = 0 AND expires_at >= ?",
                row -> new Target(
                        row.getString(1),
                        new Caller(row.getString(2), Role.valueOf(row.getString(3)), row.getString(4))),
                Secrets.hash(token),
                clock.instant().getEpochSecond()));
    }

    /** Spends an address. Of two who come at once one gets it. */
    Optional<Target> spend(String token) {
        var target = look(token);
        return target.isPresent() && mark(token, 0, 1) ? target : Optional.empty();
    }

    /** Gives it back: what was behind it could not be made. */
    void restore(String token) {
        mark(token, 1, 0);
    }

    private boolean mark(String token, int from, int to) {
        return database.transaction(t -> t.update(
                        "UPDATE download_links SET spent = ? WHERE token_hash = ? AND spent = ?",
                        to,
                        Secrets.hash(token),
                        from))
                == 1;
    }
}

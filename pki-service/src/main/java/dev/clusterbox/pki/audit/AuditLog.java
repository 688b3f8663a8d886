package dev.clusterbox.pki.audit;

import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Rows that are only ever added. Each holds the hash of the one before, so a row that was changed, taken out or put in
 * breaks the chain from there on. A tail that was cut off does not show by this alone.
 */
@Singleton
public final class AuditLog {

    private static final String START = "0".repeat(64);

    private static final String COLUMNS =
            "seq, at, event, requested_by, authority, profile, subject, names, serial, fingerprint, reason, previous, hash";

    private final Database database;
    private final InstantSource clock;

    AuditLog(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** For what is written together with something else: both or neither. */
    public void append(Connection connection, AuditEntry entry) throws SQLException {
        long seq = 1;
        var previous = START;
        try (var last = connection.prepareStatement("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
                var row = last.executeQuery()) {
            if (row.next()) {
                seq = row.getLong("seq") + 1;
                previous = row.getString("hash");
            }
        }
        var at = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var values = values(seq, at, entry);
        try (var insert = connection.prepareStatement(
                "INSERT INTO audit (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, seq);
            for (int i = 1; i < values.size(); i++) {
                insert.setString(i + 1, values.get(i));
            }
            insert.setString(12, previous);
            insert.setString(13, hash(previous, values));
            insert.executeUpdate();
        }
    }

    public void append(AuditEntry entry) {
        database.write(connection -> {
            append(connection, entry);
            return true;
        });
    }

    /** Walks the whole chain. Returns the number of the first row that does not fit, or nothing if all do. */
    public Optional<Long> firstBroken() {
        return database.read(connection -> {
            try (var all = connection.prepareStatement("SELECT " + COLUMNS + " FROM audit ORDER BY seq");
                    var row = all.executeQuery()) {
                var previous = START;
                for (long seq = 1; row.next(); seq++) {
                    var hash = row.getString("hash");
                    if (row.getLong("seq") != seq
                            || !row.getString("previous").equals(previous)
                            || !hash.equals(hash(previous, stored(row)))) {
                        return Optional.of(seq);
                    }
                    previous = hash;
                }
                return Optional.empty();
            }
        });
    }

    private static List<String> stored(ResultSet row) throws SQLException {
        return List.of(
                Long.toString(row.getLong("seq")),
                row.getString("at"),
                row.getString("event"),
                row.getString("requested_by"),
                row.getString("authority"),
                row.getString("profile"),
                row.getString("subject"),
                row.getString("names"),
                row.getString("serial"),
                row.getString("fingerprint"),
                row.getString("reason"));
    }

    private static List<String> values(long seq, String at, AuditEntry entry) {
        return List.of(
                Long.toString(seq),
                at,
                entry.event().name(),
                entry.by(),
                entry.authority(),
                entry.profile(),
                entry.subject(),
                entry.names(),
                entry.serial(),
                entry.fingerprint(),
                entry.reason());
    }

    /** Each value goes in with its length before it, so that text cannot move from one column to the next. */
    private static String hash(String previous, List<String> values) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(previous.getBytes(StandardCharsets.UTF_8));
            for (var value : values) {
                var bytes = value.getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

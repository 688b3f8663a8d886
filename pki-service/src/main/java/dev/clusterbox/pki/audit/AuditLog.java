package dev.clusterbox.pki.audit;

import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.store.Database;
import dev.clusterbox.pki.store.Paging;
import dev.clusterbox.pki.store.Paging.Page;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are only ever added. Each holds the hash of the one before, so a row that was changed, taken out or put in
 * breaks the chain from there on. A tail that was cut off shows by a signed {@link AuditHead}.
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
        return database.read(AuditLog::firstBroken);
    }

    static Optional<Long> firstBroken(Connection connection) throws SQLException {
        try (var all = connection.prepareStatement("SELECT " + COLUMNS + " FROM audit ORDER BY seq");
                var row = all.executeQuery()) {
            var previous = START;
            for (long seq = 1; row.next(); seq++) {
                if (!AuditEvent.isKnown(row.getString("event"))) {
                    return Optional.of(seq);
                }
                var found = row(row);
                if (found.seq() != seq
                        || !found.previous().equals(previous)
                        || !found.hash().equals(hash(previous, values(seq, found.at(), found.entry())))) {
                    return Optional.of(seq);
                }
                previous = found.hash();
            }
            return Optional.empty();
        }
    }

    /** The first row that says that rows were lost. */
    static Optional<Long> firstLost(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT MIN(seq) FROM audit WHERE event = ?")) {
            select.setString(1, AuditEvent.HEAD_LOST.name());
            try (var row = select.executeQuery()) {
                long seq = row.next() ? row.getLong(1) : 0;
                return seq == 0 ? Optional.empty() : Optional.of(seq);
            }
        }
    }

    /** How far the log goes now. */
    AuditHead head(String at) {
        return database.read(connection -> {
            try (var last = connection.prepareStatement("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
                    var row = last.executeQuery()) {
                return row.next() ? new AuditHead(row.getLong(1), row.getString(2), at) : new AuditHead(0, START, at);
            }
        });
    }

    /** Whether the log still holds what it held at that time. */
    boolean has(AuditHead head) {
        return database.read(connection -> has(connection, head));
    }

    static boolean has(Connection connection, AuditHead head) throws SQLException {
        if (head.seq() == 0) {
            return true;
        }
        try (var select = connection.prepareStatement("SELECT hash FROM audit WHERE seq = ?")) {
            select.setLong(1, head.seq());
            try (var row = select.executeQuery()) {
                return row.next() && row.getString(1).equals(head.hash());
            }
        }
    }

    Page<AuditRow> page(Filter filter, Paging paging) {
        var equal = filter.columns();
        var where = new StringBuilder(" WHERE seq > ?");
        equal.keySet().forEach(column -> where.append(" AND ").append(column).append(" = ?"));
        return database.read(connection -> {
            try (var select = connection.prepareStatement(
                    "SELECT " + COLUMNS + " FROM audit" + where + " ORDER BY seq LIMIT ?")) {
                int at = 1;
                select.setLong(at++, paging.after());
                for (var value : equal.values()) {
                    select.setString(at++, value);
                }
                // One more than asked for, to know whether there is a next page.
                select.setInt(at, paging.limit() + 1);
                var rows = new ArrayList<AuditRow>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        rows.add(row(row));
                    }
                }
                return rows.size() <= paging.limit()
                        ? new Page<>(rows, Optional.empty())
                        : new Page<>(
                                rows.subList(0, paging.limit()),
                                Optional.of(rows.get(paging.limit() - 1).seq()));
            }
        });
    }

    private static AuditRow row(ResultSet row) throws SQLException {
        return new AuditRow(
                row.getLong("seq"),
                row.getString("at"),
                new AuditEntry(
                        AuditEvent.valueOf(row.getString("event")),
                        row.getString("requested_by"),
                        row.getString("authority"),
                        row.getString("profile"),
                        row.getString("subject"),
                        row.getString("names"),
                        row.getString("serial"),
                        row.getString("fingerprint"),
                        row.getString("reason")),
                row.getString("previous"),
                row.getString("hash"));
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
        var hash = new Sha256().plain(previous);
        values.forEach(hash::field);
        return hash.hex();
    }

    /** Rows that have exactly these values; null for any. */
    record Filter(
            @Nullable String event,
            @Nullable String by,
            @Nullable String authority,
            @Nullable String serial) {

        static final Filter NONE = new Filter(null, null, null, null);

        /** In this order, so that the values are bound as they stand in the text. */
        private Map<String, String> columns() {
            var columns = new LinkedHashMap<String, String>();
            put(columns, "event", event);
            put(columns, "requested_by", by);
            put(columns, "authority", authority);
            put(columns, "serial", serial);
            return columns;
        }

        private static void put(Map<String, String> columns, String column, @Nullable String value) {
            if (value != null) {
                columns.put(column, value);
            }
        }
    }
}

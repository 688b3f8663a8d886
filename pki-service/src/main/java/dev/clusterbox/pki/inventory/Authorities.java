package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The authorities on record: those that sign, those before them, and those whose certificates are all that is left. */
@Singleton
public final class Authorities {

    static final String COLUMNS =
            "a.id AS a_id, a.name AS a_name, a.subject AS a_subject, a.serial AS a_serial, a.certificate AS a_certificate,"
                    + " a.not_before AS a_not_before, a.not_after AS a_not_after, a.fingerprint AS a_fingerprint,"
                    + " a.created_by AS a_created_by, a.created_at AS a_created_at, a.key_type AS a_key_type,"
                    + " a.generation AS a_generation,"
                    + " a.superseded_at AS a_superseded_at, a.retired_at AS a_retired_at, a.deleted_at AS a_deleted_at";

    private static final String SIGNING = " a.deleted_at IS NULL AND a.superseded_at IS NULL";

    private final Database database;

    Authorities(Database database) {
        this.database = database;
    }

    /** The one of this name that signs. */
    public Optional<AuthorityRecord> find(String name) {
        return database.read(connection -> find(connection, name));
    }

    public Optional<AuthorityRecord> find(Connection connection, String name) throws SQLException {
        try (var select =
                connection.prepareStatement("SELECT " + COLUMNS + " FROM authority a WHERE a.name = ? AND" + SIGNING)) {
            select.setString(1, name);
            return all(select).stream().findFirst();
        }
    }

    /** Whether it is there and no other has taken its place. */
    public boolean isSigning(Connection connection, String id) throws SQLException {
        try (var select = connection.prepareStatement("SELECT 1 FROM authority a WHERE a.id = ? AND" + SIGNING)) {
            select.setString(1, id);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Those that sign, one for each name. */
    public List<AuthorityRecord> signing() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(
                    "SELECT " + COLUMNS + " FROM authority a WHERE" + SIGNING + " ORDER BY a.name")) {
                return all(select);
            }
        });
    }

    /** All of this name that were not deleted, the newest first. */
    public List<AuthorityRecord> generations(String name) {
        return database.read(connection -> generations(connection, name));
    }

    public List<AuthorityRecord> generations(Connection connection, String name) throws SQLException {
        try (var select = connection.prepareStatement("SELECT " + COLUMNS
                + " FROM authority a WHERE a.name = ? AND a.deleted_at IS NULL"
                + " ORDER BY a.generation DESC")) {
            select.setString(1, name);
            return all(select);
        }
    }

    /** For a transaction that signs: whether its key is still to be used. */
    public boolean isTrusted(Connection connection, String id) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT id FROM authority WHERE id = ? AND deleted_at IS NULL AND retired_at IS NULL")) {
            select.setString(1, id);
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** The ids of those that must have their keys. */
    public List<String> trustedIds() {
        return ids("deleted_at IS NULL AND retired_at IS NULL");
    }

    /** The ids of those whose keys must not be there any more. */
    public List<String> endedIds() {
        return ids("deleted_at IS NOT NULL OR retired_at IS NOT NULL");
    }

    /** @param condition in SQL */
    private List<String> ids(String condition) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("SELECT id FROM authority WHERE " + condition);
                    var row = select.executeQuery()) {
                var ids = new ArrayList<String>();
                while (row.next()) {
                    ids.add(row.getString("id"));
                }
                return ids;
            }
        });
    }

    public void add(Connection connection, AuthorityRecord authority) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO authority (id, name, subject, serial, certificate, not_before, not_after, fingerprint,"
                        + " created_by, created_at, key_type, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, authority.id());
            insert.setString(2, authority.name());
            insert.setString(3, authority.subject());
            insert.setString(4, authority.serial());
            insert.setString(5, authority.certificate());
            insert.setString(6, authority.notBefore().toString());
            insert.setString(7, authority.notAfter().toString());
            insert.setString(8, authority.fingerprint());
            insert.setString(9, authority.createdBy());
            insert.setString(10, authority.createdAt().toString());
            insert.setString(11, authority.keyType());
            insert.setInt(12, authority.generation());
            insert.executeUpdate();
        }
    }

    public void markDeleted(Connection connection, String id, Instant at) throws SQLException {
        mark(connection, "deleted_at", id, at);
    }

    public void markSuperseded(Connection connection, String id, Instant at) throws SQLException {
        mark(connection, "superseded_at", id, at);
    }

    public void markRetired(Connection connection, String id, Instant at) throws SQLException {
        mark(connection, "retired_at", id, at);
    }

    private static void mark(Connection connection, String column, String id, Instant at) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE authority SET %s = ? WHERE id = ? AND %s IS NULL".formatted(column, column))) {
            update.setString(1, at.toString());
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    private static List<AuthorityRecord> all(PreparedStatement select) throws SQLException {
        try (var row = select.executeQuery()) {
            var authorities = new ArrayList<AuthorityRecord>();
            while (row.next()) {
                authorities.add(authority(row));
            }
            return authorities;
        }
    }

    static AuthorityRecord authority(ResultSet row) throws SQLException {
        return new AuthorityRecord(
                row.getString("a_id"),
                row.getString("a_name"),
                row.getString("a_subject"),
                row.getString("a_serial"),
                row.getString("a_certificate"),
                Instant.parse(row.getString("a_not_before")),
                Instant.parse(row.getString("a_not_after")),
                row.getString("a_fingerprint"),
                row.getString("a_created_by"),
                Instant.parse(row.getString("a_created_at")),
                row.getString("a_key_type"),
                row.getInt("a_generation"),
                instant(row, "a_superseded_at"),
                instant(row, "a_retired_at"),
                instant(row, "a_deleted_at"));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Instant::parse);
    }
}

package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.store.Database;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The latest revocation list of each authority. */
@Singleton
final class StoredLists {

    private final Database database;

    StoredLists(Database database) {
        this.database = database;
    }

    Optional<RevocationList> find(String authorityId) {
        return database.read(connection -> find(connection, authorityId));
    }

    Optional<RevocationList> find(Connection connection, String authorityId) throws SQLException {
        try (var select = connection.prepareStatement("SELECT number, this_update, next_update, regular_at, content"
                + " FROM revocation_list WHERE authority_id = ?")) {
            select.setString(1, authorityId);
            try (var row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new RevocationList(
                                authorityId,
                                row.getLong("number"),
                                Instant.parse(row.getString("this_update")),
                                Instant.parse(row.getString("next_update")),
                                Instant.parse(row.getString("regular_at")),
                                row.getString("content")))
                        : Optional.empty();
            }
        }
    }

    /** In place of the one before. */
    void put(Connection connection, RevocationList list) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO revocation_list (authority_id, number, this_update, next_update, regular_at, content)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (authority_id) DO UPDATE SET"
                        + " number = excluded.number, this_update = excluded.this_update,"
                        + " next_update = excluded.next_update, regular_at = excluded.regular_at,"
                        + " content = excluded.content")) {
            insert.setString(1, list.authorityId());
            insert.setLong(2, list.number());
            insert.setString(3, list.thisUpdate().toString());
            insert.setString(4, list.nextUpdate().toString());
            insert.setString(5, list.regularAt().toString());
            insert.setString(6, list.content());
            insert.executeUpdate();
        }
    }
}

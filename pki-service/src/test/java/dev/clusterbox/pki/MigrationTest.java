package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.store.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that finds the database of an older one. */
final class MigrationTest {

    @TempDir
    Path state;

    @Test
    void a_database_from_before_serial_numbers_were_written_down_goes_on_as_it_was() throws Exception {
        String before;
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/installation");
            before = issue(pki, "before");
            pki.bean(Database.class).write(connection -> {
                execute(connection, "DROP TABLE reserved_serials");
                return execute(connection, "DELETE FROM flyway_schema_history WHERE version = '5'");
            });
        }

        try (var pki = RunningPki.on(state)) {
            var after = issue(pki, "after");
            assertEquals(before, issue(pki, "before"), "the same request has the same answer");
            assertFalse(isReserved(pki, before));
            assertTrue(isReserved(pki, after));
            assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
        }
    }

    private static String issue(RunningPki pki, String machine) throws Exception {
        var answer = pki.client().issue(Wish.agent(machine), Requests.CSR, "Idempotency-Key", machine);
        assertEquals(201, answer.status(), answer::body);
        return answer.field("serial");
    }

    private static boolean isReserved(RunningPki pki, String serial) {
        return pki.bean(Database.class).read(connection -> {
            try (var select = connection.prepareStatement("SELECT 1 FROM reserved_serials WHERE serials LIKE ?")) {
                select.setString(1, "%" + serial + "%");
                try (var row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    private static int execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }
}

package dev.clusterbox.pki.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.store.Database;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuditLogTest {

    @TempDir
    Path state;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE audit SET reason = 'other' WHERE seq = 2 | 2",
                "UPDATE audit SET requested_by = 'ab', authority = 'c' WHERE seq = 2 | 2",
                "UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 3 | 3",
                "UPDATE audit SET event = 'NOTHING' WHERE seq = 2 | 2",
                "UPDATE audit SET hash = previous WHERE seq = 1 | 1",
                "DELETE FROM audit WHERE seq = 1 | 1",
                "DELETE FROM audit WHERE seq = 2 | 2",
                "UPDATE audit SET seq = 9 WHERE seq = 2 | 2",
            })
    void a_row_that_was_changed_shows(String change, long first) throws Exception {
        try (var pki = RunningPki.on(state)) {
            var audit = pki.bean(AuditLog.class);
            for (int i = 0; i < 3; i++) {
                audit.append(entry("reason " + i));
            }
            assertEquals(Optional.empty(), audit.firstBroken());

            execute(pki.bean(Database.class), change);
            assertEquals(Optional.of(first), audit.firstBroken());
        }
    }

    @Test
    void what_is_written_together_is_written_or_not_at_all() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var audit = pki.bean(AuditLog.class);
            audit.append(entry("first"));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> pki.bean(Database.class).write(connection -> {
                        audit.append(connection, entry("second"));
                        throw new IllegalArgumentException("on purpose");
                    }));
            audit.append(entry("third"));

            assertEquals(Optional.empty(), audit.firstBroken());
            assertEquals(2, count(pki.bean(Database.class)));
        }
    }

    @Test
    void a_caller_cannot_fill_the_disk_with_one_request() {
        assertEquals(500, entry("x".repeat(1_000_000)).reason().length());
    }

    @Test
    void whatever_a_caller_sends_can_be_written_down() throws Exception {
        var text = "\0\ud800\n'\"" + "ä".repeat(1000);
        try (var pki = RunningPki.on(state)) {
            var audit = pki.bean(AuditLog.class);
            audit.append(new AuditEntry(AuditEvent.REFUSED, text, text, text, text, text, "", "", text));

            assertEquals(Optional.empty(), audit.firstBroken());
        }
    }

    private static AuditEntry entry(String reason) {
        return new AuditEntry(AuditEvent.REFUSED, "a", "bc", "agent", "CN=a", "", "", "", reason);
    }

    private static void execute(Database database, String sql) {
        database.write(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                return statement.executeUpdate();
            }
        });
    }

    private static int count(Database database) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("SELECT COUNT(*) FROM audit");
                    var row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        });
    }
}

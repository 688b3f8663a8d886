package dev.clusterbox.pki.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.store.Database;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tail that is cut off leaves a chain that is whole: only the signed head knows that there was more. */
final class AuditHeadTest {

    @TempDir
    Path state;

    @Test
    void a_tail_that_was_cut_off_while_nobody_looked_shows_at_the_next_start() throws Exception {
        fill();
        try (var pki = RunningPki.on(state)) {
            cut(pki, 2);
            // As somebody would do it who has the database: the service must not see it.
            Files.copy(state.resolve("audit.head"), state.resolve("kept"));
        }
        try (var pki = RunningPki.on(state)) {
            assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
            assertTrue(lost(pki).contains("ended at row 3"), () -> lost(pki));
        }
        assertEquals(1, evidence());
    }

    @Test
    void a_tail_that_was_cut_off_and_made_anew_shows_too() throws Exception {
        fill();
        try (var pki = RunningPki.on(state)) {
            cut(pki, 2);
            pki.bean(AuditLog.class).append(entry("instead"));
            pki.bean(AuditHeads.class).sign();

            assertTrue(lost(pki).contains("ended at row 3"), () -> lost(pki));
        }
    }

    @Test
    void a_head_that_somebody_wrote_is_not_believed() throws Exception {
        fill();
        var head = state.resolve("audit.head");
        Files.writeString(head, Files.readString(head).replace("seq 3", "seq 2"));
        try (var pki = RunningPki.on(state)) {
            assertTrue(lost(pki).contains("not signed with the key"), () -> lost(pki));
        }
        assertEquals(1, evidence());
    }

    @Test
    void after_the_end_nobody_looks_into_the_database() throws Exception {
        AuditHeads heads;
        try (var pki = RunningPki.on(state)) {
            heads = pki.bean(AuditHeads.class);
        }
        heads.sign();
    }

    @Test
    void an_orderly_end_and_a_start_change_nothing() throws Exception {
        fill();
        var before = Files.readString(state.resolve("audit.head"));
        try (var pki = RunningPki.on(state)) {
            assertEquals("", lost(pki));
        }
        assertEquals(before, Files.readString(state.resolve("audit.head")));
        assertTrue(before.contains("\nseq 3\n"), before);
        assertEquals(0, evidence());
    }

    @Test
    void openssl_verifies_it() throws Exception {
        fill();
        var head = Files.readString(state.resolve("audit.head"));
        int at = head.indexOf("signature ");
        Files.writeString(state.resolve("text"), head.substring(0, at));
        Files.write(
                state.resolve("signature"),
                Base64.getDecoder()
                        .decode(head.substring(at + "signature ".length()).strip()));
        var verify = new String[] {
            "openssl",
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "audit.pub",
            "-rawin",
            "-in",
            "text",
            "-sigfile",
            "signature"
        };

        assertTrue(Tool.run(state, verify).contains("Signature Verified Successfully"));
    }

    @Test
    void the_command_line_tells_whole_changed_and_cut_apart() throws Exception {
        fill();
        assertEquals("0 the audit log is whole: 3 rows up to ", verify().replaceAll("[-0-9T:]+Z\n", ""));

        try (var pki = RunningPki.on(state)) {
            Files.copy(state.resolve("audit.head"), state.resolve("kept"));
            cut(pki, 2);
            assertTrue(verify("head", state.resolve("kept").toString())
                    .startsWith("1 the audit log is not as it was: row 3, signed at "));
        }
        RunningPki.on(state).close();
        assertEquals("1 the audit log is not as it was: row 3 says that the log was cut off before it\n", verify());
        try (var pki = RunningPki.on(state)) {
            pki.bean(Database.class).write(connection -> {
                try (var update = connection.prepareStatement("UPDATE audit SET requested_by = 'eve' WHERE seq = 1")) {
                    return update.executeUpdate();
                }
            });
        }
        assertEquals("1 the audit log is not as it was: row 1 does not fit the one before it\n", verify());
        Files.delete(state.resolve("audit.pub"));
        assertTrue(verify().startsWith("2 cannot be verified: "));
    }

    /** Exit code and output. */
    private String verify(String... more) throws IOException {
        var options = new HashMap<String, String>();
        options.put("state", state.toString());
        var database = RunningPki.properties(state);
        if (database.get("clusterbox.database.url") instanceof String url) {
            options.put("database", url);
            options.put("username", "postgres");
        }
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        var text = new ByteArrayOutputStream();
        int code = AuditVerification.run(options, new PrintStream(text, true, StandardCharsets.UTF_8));
        return code + " " + text.toString(StandardCharsets.UTF_8);
    }

    private void fill() throws IOException {
        try (var pki = RunningPki.on(state)) {
            for (int i = 1; i <= 3; i++) {
                pki.bean(AuditLog.class).append(entry("reason " + i));
            }
        }
    }

    private static void cut(RunningPki pki, long last) {
        pki.bean(Database.class).write(connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM audit WHERE seq > ?")) {
                delete.setLong(1, last);
                return delete.executeUpdate();
            }
        });
    }

    /** The reason of the row that says so; empty if there is none. */
    private static String lost(RunningPki pki) {
        return pki.bean(Database.class).read(connection -> {
            try (var select = connection.prepareStatement("SELECT reason FROM audit WHERE event = 'HEAD_LOST'");
                    var row = select.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        });
    }

    /** Heads that were kept because they did not fit. */
    private long evidence() throws IOException {
        try (var files = Files.list(state)) {
            return files.filter(file -> file.getFileName().toString().matches("audit\\.head\\.[0-9]+"))
                    .count();
        }
    }

    private static AuditEntry entry(String reason) {
        return new AuditEntry(AuditEvent.REFUSED, "ada", "demo-1.etcd", "agent", "CN=a", "", "", "", reason);
    }
}

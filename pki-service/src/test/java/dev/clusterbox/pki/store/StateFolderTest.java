package dev.clusterbox.pki.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the state folder with SQLite. */
final class StateFolderTest {

    @TempDir
    Path state;

    @Test
    void all_files_are_for_the_owner_alone() throws Exception {
        var inside = state.resolve("new");
        Files.createDirectory(
                inside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var pki = RunningPki.on(inside)) {
            pki.client().put("/v1/authorities/installation");
            try (var files = Files.walk(inside)) {
                for (var file : files.toList()) {
                    var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                    assertEquals(Files.isDirectory(file) ? "rwx------" : "rw-------", mode, file::toString);
                }
            }
            assertTrue(Files.exists(inside.resolve("pki.db-wal")));
        }
    }

    @Test
    void no_secret_is_in_the_database() throws Exception {
        try (var pki = RunningPki.on(state)) {
            pki.client().put("/v1/authorities/installation");
        }
        // Its journal is in it after an orderly end.
        var text = Files.readString(state.resolve("pki.db"), StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("installation"));
        assertFalse(text.contains("PRIVATE KEY"));
        assertFalse(text.contains(RunningPki.TOKEN));
        assertFalse(text.contains(RunningPki.PASSPHRASE));
    }
}

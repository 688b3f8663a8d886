package dev.clusterbox.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.rest.Caller.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenFileTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("token");
        Files.writeString(file, TOKEN + "\n");
        mode("rw-------");
    }

    private void mode(String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void who_has_the_token_comes_in_and_may_name_a_person() {
        var tokens = new TokenFile("gateway", file);

        assertEquals(Optional.of(new Caller("gateway", Role.ADMIN, "gateway")), tokens.caller(TOKEN, Optional.empty()));
        assertEquals(Optional.of(new Caller("ada", Role.ADMIN, "gateway")), tokens.caller(TOKEN, Optional.of("ada")));
        for (var wrong :
                List.of("", TOKEN.substring(1), TOKEN + "0", TOKEN + "\n", TOKEN.toUpperCase(java.util.Locale.ROOT))) {
            assertEquals(Optional.empty(), tokens.caller(wrong, Optional.of("ada")), wrong);
        }
    }

    @Test
    void spaces_around_the_token_are_not_part_of_it() throws IOException {
        Files.writeString(file, "  " + TOKEN + "\r\n\n");

        assertEquals(TOKEN, TokenFile.read(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx------"})
    void a_file_for_its_owner_alone_is_read(String mode) throws IOException {
        mode(mode);

        assertEquals(TOKEN, TokenFile.read(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw---x---", "rw-rw-rw-"})
    void a_file_for_others_stops_the_start(String mode) throws IOException {
        mode(mode);

        var e = assertThrows(IllegalStateException.class, () -> new TokenFile("gateway", file));
        assertTrue(String.valueOf(e.getMessage()).contains("expected: chmod 600"), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).contains(TOKEN), "the token is not told");
    }

    @Test
    void a_short_token_or_none_stops_the_start() throws IOException {
        Files.writeString(file, "secret\n");
        var e = assertThrows(IllegalStateException.class, () -> TokenFile.read(file));
        assertTrue(String.valueOf(e.getMessage()).endsWith("6 characters (expected: at least 32)"), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).contains("secret"), "the token is not told");

        Files.writeString(file, "");
        assertThrows(IllegalStateException.class, () -> TokenFile.read(file));
        assertThrows(IllegalStateException.class, () -> TokenFile.read(folder.resolve("missing")));
        assertThrows(IllegalStateException.class, () -> TokenFile.read(folder));
    }
}

package dev.clusterbox.pki.keystore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.Tool;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyFolderTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path state;

    @BeforeEach
    void passphrase() throws IOException {
        passphrase("correct horse battery staple", "rw-------");
    }

    @Test
    void a_key_comes_back_as_it_was() throws Exception {
        var key = key();
        folder().store(ID, key);

        assertArrayEquals(key.getEncoded(), folder().load(ID, "EC").getEncoded());
        assertEquals(List.of(ID), folder().ids());
    }

    @Test
    void nobody_else_can_read_it_and_nothing_is_left_beside_it() throws Exception {
        folder().store(ID, key());

        try (var files = Files.list(state.resolve("keys"))) {
            assertEquals(List.of(file()), files.toList());
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("keys"))));
    }

    @Test
    void it_is_not_there_in_the_clear() throws Exception {
        var key = key();
        folder().store(ID, key);

        var pem = Files.readString(file());
        var bytes = java.util.Base64.getMimeDecoder()
                .decode(pem.lines().filter(line -> !line.startsWith("-----")).reduce("", String::concat));
        var secret = new String(key.getEncoded(), key.getEncoded().length - 32, 32, StandardCharsets.ISO_8859_1);
        assertFalse(new String(bytes, StandardCharsets.ISO_8859_1).contains(secret));
        assertTrue(pem.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    }

    @Test
    void openssl_opens_it_with_the_passphrase_and_only_with_that() throws Exception {
        var key = key();
        folder().store(ID, key);
        var right = Tool.run(
                state, "openssl", "pkcs8", "-in", file().toString(), "-passin", "file:" + state.resolve("passphrase"));
        var wrong = Tool.tryOut(state, "openssl", "pkcs8", "-in", file().toString(), "-passin", "pass:other");

        assertTrue(right.contains(
                java.util.Base64.getEncoder().encodeToString(key.getEncoded()).substring(0, 64)));
        assertTrue(wrong.exitCode() != 0);
    }

    @Test
    void another_passphrase_does_not_open_it() throws Exception {
        folder().store(ID, key());
        passphrase("another horse battery staple", "rw-------");

        var problem = assertThrows(ProblemException.class, () -> folder().load(ID, "EC"))
                .problem();
        assertEquals(Code.FAILED, problem.code());
        assertTrue(problem.hint().contains("passphrase"));
    }

    @Test
    void damaged_files_are_problems() throws Exception {
        folder().store(ID, key());
        var good = Files.readString(file());
        for (var bad : List.of(
                "",
                "x",
                good.substring(0, good.length() / 2),
                good.replace("ENCRYPTED ", ""),
                good.replaceFirst("\n..", "\n!!"),
                good.replaceFirst("\n....", "\nAAAA"))) {
            Files.writeString(file(), bad);
            assertThrows(ProblemException.class, () -> folder().load(ID, "EC"), bad);
        }
    }

    @Test
    void a_file_that_asks_for_much_memory_is_refused() throws Exception {
        var random = new SecureRandom();
        var passphrase = Passphrase.read(state.resolve("passphrase"));
        var sealed = SealedKey.seal(key().getEncoded(), passphrase, random);
        // The cost of scrypt, N = 2^14, is the only INTEGER of two bytes with this value.
        var text = new String(sealed, StandardCharsets.ISO_8859_1);
        var greedy = text.replace("\002\002@\000", "\002\002\177\000").getBytes(StandardCharsets.ISO_8859_1);

        assertThrows(GeneralSecurityException.class, () -> SealedKey.open(greedy, passphrase));
    }

    @Test
    void a_destroyed_key_is_gone_and_destroying_it_again_is_fine() throws Exception {
        var folder = folder();
        folder.store(ID, key());
        folder.destroy(ID);
        folder.destroy(ID);

        assertFalse(Files.exists(file()));
        assertEquals(
                Code.FAILED,
                assertThrows(ProblemException.class, () -> folder.load(ID, "EC"))
                        .problem()
                        .code());
    }

    @Test
    void what_was_half_written_is_swept_away() throws Exception {
        var folder = folder();
        Files.writeString(state.resolve("keys/." + ID + ".tmp"), "half a key");
        folder.sweep();
        folder.store(ID, key());

        assertEquals(List.of(ID), folder.ids());
    }

    @Test
    void an_id_is_no_path() {
        for (var id : List.of("", "..", "../token", "a", ID + "/x", ID.toUpperCase(java.util.Locale.ROOT))) {
            assertThrows(IllegalArgumentException.class, () -> folder().destroy(id), id);
        }
    }

    @Test
    void a_passphrase_that_others_can_read_or_anybody_can_guess_is_refused() throws Exception {
        passphrase("correct horse battery staple", "rw-r-----");
        assertTrue(assertThrows(IllegalStateException.class, this::folder)
                .toString()
                .contains("chmod 600"));
        passphrase("short", "rw-------");
        assertTrue(assertThrows(IllegalStateException.class, this::folder)
                .toString()
                .contains("at least 16"));
        Files.delete(state.resolve("passphrase"));
        assertTrue(assertThrows(IllegalStateException.class, this::folder)
                .toString()
                .contains("passphrase file"));
    }

    private KeyFolder folder() {
        return new KeyFolder(state.toString(), "", state.resolve("passphrase").toString(), new SecureRandom());
    }

    private Path file() {
        return state.resolve("keys").resolve(ID + ".pem");
    }

    private void passphrase(String text, String mode) throws IOException {
        var file = state.resolve("passphrase");
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static PrivateKey key() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair().getPrivate();
    }
}

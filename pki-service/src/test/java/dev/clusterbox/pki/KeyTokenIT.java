package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki.Wish;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program with its keys in a token: SoftHSM 2, which is Debian's. */
final class KeyTokenIT {

    private static final String PIN = "314159265";

    @TempDir
    Path state;

    @TempDir
    Path hsm;

    private Map<String, String> environment = Map.of();
    private Map<String, Object> token = Map.of();

    @BeforeEach
    void makeToken() throws IOException, InterruptedException {
        var configuration = hsm.resolve("softhsm2.conf");
        Files.createDirectory(hsm.resolve("tokens"));
        Files.writeString(configuration, "directories.tokendir = %s%n".formatted(hsm.resolve("tokens")));
        environment = Map.of("SOFTHSM2_CONF", configuration.toString());
        tool("softhsm2-util", "--init-token", "--free", "--label", "pki", "--so-pin", PIN, "--pin", PIN);
        token = Map.of("clusterbox.pki.pkcs11.library", library(), "clusterbox.pki.pkcs11.pin-file", pin("pin", PIN));
    }

    /** Where the package has it on this architecture. */
    private static String library() throws IOException {
        try (var files = Files.walk(Path.of("/usr/lib"))) {
            return files.filter(file -> file.endsWith("softhsm/libsofthsm2.so"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("the package softhsm2 is not installed"))
                    .toString();
        }
    }

    private Path pin(String name, String pin) throws IOException {
        var file = hsm.resolve(name);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, pin);
    }

    private String tool(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private List<String> keyFiles() throws IOException {
        try (var files = Files.list(state.resolve("keys"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private void assertSigns(Program program, String authority, String keyType) throws Exception {
        var wish = new Wish(authority, "etcd-client", "CN=etcdctl,O=etcd", List.of());
        var answer = program.client().issue(wish, Requests.CSR);
        assertEquals(201, answer.status(), answer::body);
        Files.writeString(hsm.resolve("leaf.pem"), answer.field("certificate"));
        Files.writeString(
                hsm.resolve("ca.pem"),
                program.client()
                        .get("/v1/authorities/%s/bundle".formatted(authority))
                        .body());
        Tool.run(hsm, "openssl", "verify", "-CAfile", "ca.pem", "leaf.pem");
        var text = Tool.run(hsm, "openssl", "x509", "-in", "leaf.pem", "-noout", "-text");
        assertTrue(text.contains(keyType.startsWith("rsa") ? "sha256WithRSA" : "ecdsa-with-SHA"), text);
    }

    @Test
    void keys_are_made_in_the_token_sign_there_after_a_new_start_too_and_are_destroyed_there() throws Exception {
        var program = Program.start(state, token, environment);
        try {
            for (var keyType : List.of("ec-p256", "ec-p384", "rsa-2048")) {
                var path = "/v1/authorities/%s.etcd?keyType=%s".formatted(keyType, keyType);
                assertEquals(201, program.client().put(path).status());
                assertSigns(program, keyType + ".etcd", keyType);
            }
            var ed25519 = program.client().put("/v1/authorities/ed.etcd?keyType=ed25519");
            assertEquals(400, ed25519.status());
            assertTrue(ed25519.body().contains("PKCS#11 token"), ed25519.body());
            assertEquals(List.of("audit.pem"), keyFiles(), "no key of an authority is in a file");
        } finally {
            program.kill();
        }

        program = Program.start(state, token, environment);
        try {
            for (var keyType : List.of("ec-p256", "ec-p384", "rsa-2048")) {
                assertSigns(program, keyType + ".etcd", keyType);
            }
            assertEquals(3, privateKeys());
            assertEquals(
                    201,
                    program.client()
                            .postJson("/v1/authorities/rsa-2048.etcd/rotate", "")
                            .status());
            assertEquals(4, privateKeys());
            assertSigns(program, "rsa-2048.etcd", "rsa-2048");
            assertEquals(
                    204,
                    program.client()
                            .postJson("/v1/authorities/rsa-2048.etcd/retire?revoke=true", "")
                            .status());
            assertEquals(3, privateKeys());
            for (var name : List.of("ec-p256", "ec-p384", "rsa-2048")) {
                assertEquals(
                        204,
                        program.client()
                                .delete("/v1/authorities/" + name + ".etcd")
                                .status());
            }
            assertEquals(0, privateKeys());
        } finally {
            program.kill();
        }
        assertFalse(Files.readString(state.resolve("log")).contains(PIN));
    }

    /** None of them may be taken out of the token. */
    private long privateKeys() throws IOException, InterruptedException {
        var objects = tool(
                "pkcs11-tool", "--module", library(), "--login", "--pin", PIN, "--list-objects", "--type", "privkey");
        assertEquals(count(objects, "Private Key Object"), count(objects, "never extractable"), objects);
        return count(objects, "Private Key Object");
    }

    private static long count(String text, String word) {
        return text.lines().filter(line -> line.contains(word)).count();
    }

    @Test
    void authorities_from_before_the_token_keep_their_files_until_they_are_retired() throws Exception {
        var program = Program.start(state);
        assertEquals(201, program.client().put("/v1/authorities/old.etcd").status());
        program.kill();

        program = Program.start(state, token, environment);
        try {
            assertSigns(program, "old.etcd", "ec-p256");
            assertEquals(2, keyFiles().size());
            assertEquals(
                    201,
                    program.client()
                            .postJson("/v1/authorities/old.etcd/rotate", "")
                            .status());
            assertSigns(program, "old.etcd", "ec-p256");
            assertEquals(
                    204,
                    program.client()
                            .postJson("/v1/authorities/old.etcd/retire?revoke=true", "")
                            .status());
            assertEquals(List.of("audit.pem"), keyFiles());
            assertEquals(1, privateKeys());
        } finally {
            program.kill();
        }
    }

    @Test
    void a_wrong_pin_or_library_ends_the_start_with_its_reason() throws Exception {
        assertRefused(
                "CKR_PIN_INCORRECT (look at the file of", "clusterbox.pki.pkcs11.pin-file", pin("wrong", "000000"));
        assertRefused("CKR_SLOT_ID_INVALID ('pkcs11-tool", "clusterbox.pki.pkcs11.slot", "7");
        assertRefused("expected: a number", "clusterbox.pki.pkcs11.slot", "x");
        assertRefused("expected: the whole path", "clusterbox.pki.pkcs11.library", "libsofthsm2.so");
        assertRefused("cannot be used", "clusterbox.pki.pkcs11.library", "/nowhere/lib.so");
    }

    @Test
    void a_key_that_is_not_where_it_was_made_ends_the_start_with_its_reason() throws Exception {
        var program = Program.start(state, token, environment);
        assertEquals(201, program.client().put("/v1/authorities/demo.etcd").status());
        program.kill();
        Files.delete(state.resolve("log"));

        assertRefused("clusterbox.pki.pkcs11.library has to be set", Map.of());

        try (var files = Files.walk(hsm.resolve("tokens"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        tool("softhsm2-util", "--init-token", "--free", "--label", "another", "--so-pin", PIN, "--pin", PIN);
        assertRefused("is it another token", token);
    }

    private void assertRefused(String reason, String key, Object value) throws Exception {
        var wrong = new HashMap<>(token);
        wrong.put(key, value);
        assertRefused(reason, wrong);
    }

    private void assertRefused(String reason, Map<String, Object> wrong) throws Exception {
        RunningPki.properties(state);
        var process = Program.launch(state, 1, wrong, environment);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(process.exitValue() != 0);
        var log = Files.readString(state.resolve("log"));
        assertTrue(log.contains(reason), log);
        Files.delete(state.resolve("log"));
    }
}

package dev.clusterbox.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.storage.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tokens of people: in files for them, as hashes for us. */
final class ApiTokensTest {

    private final Installation installation = Installation.start();

    @AfterEach
    void end() {
        installation.close();
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void only_hashes_are_kept_and_only_the_owner_can_read_the_files() throws IOException {
        var state = installation.state();
        assertEquals("rwx------", mode(state));
        for (var name : List.of("admin", "slack-bot")) {
            assertEquals("rw-------", mode(state.resolve("tokens/" + name + ".token")));
            assertEquals(43, installation.token(name).length(), "256 bits");
        }
        assertEquals(
                List.of(Secrets.hash(installation.token("admin")), Secrets.hash(installation.token("slack-bot"))),
                installation.rows("SELECT token_hash FROM api_tokens ORDER BY name"));
        try (var files = Files.list(state)) {
            var databases = files.filter(file -> file.getFileName().toString().startsWith("gateway.db"))
                    .toList();
            assertFalse(databases.isEmpty());
            for (var file : databases) {
                var bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertFalse(bytes.contains(installation.token("admin")), file + " has a token in it");
                assertFalse(bytes.contains(installation.token("slack-bot")), file + " has a token in it");
            }
        }
    }

    @Test
    void a_token_stays_over_a_restart_and_a_removed_file_makes_a_new_one_and_kills_the_old() throws IOException {
        var admin = installation.token("admin");
        var bot = installation.token("slack-bot");
        installation.stopGateway();
        installation.startGateway();
        assertEquals(admin, installation.token("admin"));
        assertEquals(200, installation.rest().get("/v1/clusters").status());

        installation.stopGateway();
        Files.delete(installation.state().resolve("tokens/admin.token"));
        installation.startGateway();

        assertNotEquals(admin, installation.token("admin"));
        assertEquals(200, installation.rest().get("/v1/clusters").status());
        assertEquals(
                401, installation.rest().withToken(admin).get("/v1/clusters").status());
        assertEquals(200, installation.rest().withToken(bot).get("/v1/clusters").status(), "the other one stays");
        assertTrue(installation.rows("SELECT name FROM api_tokens").containsAll(List.of("admin", "slack-bot")));
    }
}

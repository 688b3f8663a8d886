package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SlackStandIn;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WithoutSlackTest {

    @Test
    void without_secrets_it_is_healthy_and_takes_no_command(@TempDir Path folder) throws Exception {
        assertClosed(folder, Map.of("clusterbox.slack.signing-secret-file", "", "clusterbox.slack.bot-token-file", ""));
    }

    @Test
    void a_secret_that_others_can_read_is_none(@TempDir Path folder) throws Exception {
        var open = Files.writeString(folder.resolve("open"), SlackStandIn.SIGNING_SECRET);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertClosed(folder, Map.of("clusterbox.slack.signing-secret-file", open.toString()));
    }

    @Test
    void a_secret_that_is_missing_is_none(@TempDir Path folder) throws Exception {
        assertClosed(
                folder,
                Map.of(
                        "clusterbox.slack.bot-token-file",
                        folder.resolve("nowhere").toString()));
    }

    private static void assertClosed(Path folder, Map<String, Object> settings) throws Exception {
        try (var slack = SlackStandIn.start(0);
                var gateway = GatewayStandIn.start();
                var bot = Bot.start(folder, slack, gateway, settings)) {
            var answer = bot.send(slack.command("up demo"));
            assertEquals(503, answer.statusCode());
            assertTrue(answer.body().contains("Slack is not set up here"), answer.body());
            for (var path : new String[] {"/health", "/health/readiness", "/openapi/slack-bot-1.yml"}) {
                assertEquals(
                        200,
                        bot.send(HttpRequest.newBuilder(bot.at(path)).GET()).statusCode(),
                        path);
            }
        }
    }
}

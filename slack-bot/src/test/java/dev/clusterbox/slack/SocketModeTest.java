package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole bot by Socket Mode alone: no signing secret, no address of its own. */
@Timeout(90)
@SuppressWarnings("NullAway.Init") // set before each test
class SocketModeTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private SlackStandIn slack;
    private GatewayStandIn gateway;
    private Bot bot;

    @BeforeEach
    void start() throws Exception {
        slack = SlackStandIn.start(0);
        gateway = GatewayStandIn.start();
        bot = startBot();
        until("the bot is connected", slack::connected);
    }

    private Bot startBot() throws Exception {
        return Bot.start(
                folder,
                slack,
                gateway,
                Map.of(
                        "clusterbox.slack.signing-secret-file",
                        "",
                        "clusterbox.slack.app-token-file",
                        SlackStandIn.file(folder, "app-token", SlackStandIn.APP_TOKEN)));
    }

    @AfterEach
    void stop() {
        bot.close();
        gateway.close();
        slack.close();
    }

    @Test
    void up_goes_to_its_end_and_http_stays_closed() throws Exception {
        var ack = answered(slack.command("up demo"));
        assertTrue(ack.get("text").getAsString().contains("`up demo` is on its way."), ack.toString());
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen("op-1", "{\"type\":\"operation-succeeded\",\"seconds\":6.2}");
        slack.await(SOON, shown -> shown.text().contains("done after 6.2 s"));

        assertEquals(503, bot.send(SignedCommand.of("up other")).statusCode());
        assertEquals(1, gateway.operations());
    }

    @Test
    void modals_and_buttons_come_by_it_too() throws Exception {
        gateway.cluster("{\"name\":\"demo\",\"state\":{\"kind\":\"READY\"}}");
        assertEquals(new JsonObject(), answered(slack.command("down demo")));
        var modal = slack.await(SOON, shown -> shown.how().equals("view"));
        var wrong = answered(slack.submit(modal, Map.of("name", Map.of("name", "x"))));
        assertEquals("errors", wrong.get("response_action").getAsString());
        answered(slack.submit(modal, Map.of("name", Map.of("name", "demo"))));
        slack.await(SOON, shown -> shown.how().equals("message"));
        gateway.happen(
                "op-1", "{\"type\":\"operation-failed\",\"problem\":{\"code\":\"FAILED\",\"message\":\"x\",\"hint\":\"\"}}");
        var failed = slack.await(SOON, shown -> shown.hasButton("retry"));
        answered(slack.press(failed, "retry"));
        slack.await(SOON, shown -> shown.how().equals("view") && !shown.ts().equals(modal.ts()));
    }

    @Test
    void an_envelope_that_slack_repeats_starts_nothing_twice() throws Exception {
        var command = slack.command("up demo");
        answered(command);
        slack.await(SOON, shown -> shown.how().equals("message"));
        var again = slack.overSocket(command, "another-envelope", 1).get(SOON.toSeconds(), TimeUnit.SECONDS);

        assertTrue(again.get("text").getAsString().contains("being carried out already"), again.toString());
        assertEquals(1, gateway.operations());
    }

    @Test
    void what_cannot_be_a_command_is_acknowledged_and_nothing_is_done() throws Exception {
        var bad = List.of(
                slack.command("up demo").with("user_id", "../x"),
                slack.command("up demo").without("team_id"),
                slack.command("up demo").with("command", "rm -rf"),
                slack.command("up demo").without("trigger_id"));
        for (var command : bad) {
            var answer = answered(command);
            assertTrue(answer.get("text").getAsString().contains("missing or malformed"), answer.toString());
        }
        assertEquals(List.of(), gateway.asked());
    }

    @Test
    void a_connection_that_slack_wants_renewed_is_renewed() throws Exception {
        var before = slack.calls("apps.connections.open");
        slack.refreshConnections();
        until("a new connection", () -> slack.calls("apps.connections.open") > before && slack.connected());
        Thread.sleep(500);

        answered(slack.command("list"));
        slack.await(SOON, shown -> shown.text().contains("There is no cluster yet."));
    }

    @Test
    void a_connection_that_breaks_is_opened_anew() throws Exception {
        var before = slack.calls("apps.connections.open");
        slack.cutConnections();
        until("a new connection", () -> slack.calls("apps.connections.open") > before && slack.connected());
        Thread.sleep(500);

        answered(slack.command("list"));
        slack.await(SOON, shown -> shown.text().contains("There is no cluster yet."));
    }

    @Test
    void a_slack_that_is_not_there_at_the_start_is_called_again() throws Exception {
        bot.close();
        slack.breakDown("apps.connections.open", 2, 503);
        bot = startBot();
        until("the bot is connected", slack::connected);
    }

    private JsonObject answered(SignedCommand command) throws Exception {
        return slack.overSocket(command).get(3, TimeUnit.SECONDS);
    }

    private static void until(String what, BooleanSupplier met) throws InterruptedException {
        var end = System.nanoTime() + 30_000_000_000L;
        while (!met.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited in vain: " + what);
            Thread.sleep(20);
        }
    }
}

package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Buttons and modals that Slack would never send, correctly signed. Nothing of them may be carried out. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // JUnit and the first method set them
class BadInteractionsTest {

    private static final String PRESS =
            "{'type':'block_actions','team':{'id':'T0001'},'user':{'id':'U1','username':'ada'},'channel':{'id':'C1'},"
                    + "'trigger_id':'1.2.3','container':{'type':'message','message_ts':'1.2'},"
                    + "'actions':[{'type':'button','action_id':'retry','value':'/cluster up demo'}]}";

    private static final String SUBMIT =
            "{'type':'view_submission','team':{'id':'T0001'},'user':{'id':'U1','username':'ada'},'view':{'id':'V1',"
                    + "'type':'modal','callback_id':'confirm','private_metadata':'C1\\n/cluster\\ndown demo\\n',"
                    + "'state':{'values':{'name':{'name':{'type':'plain_text_input','value':'demo'}}}}}}";

    @TempDir
    private static Path folder;

    private static SlackStandIn slack;
    private static GatewayStandIn gateway;
    private static Bot bot;

    @BeforeAll
    static void start() throws Exception {
        slack = SlackStandIn.start(0);
        gateway = GatewayStandIn.start();
        bot = Bot.start(folder, slack, gateway, Map.of());
    }

    @AfterAll
    static void stop() {
        bot.close();
        gateway.close();
        slack.close();
    }

    @AfterEach
    void nothing_was_carried_out() {
        assertEquals(List.of(), gateway.asked());
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                of("no payload", "x"),
                of("an empty object", "{}"),
                of("no object", "[]"),
                of("a number", "7"),
                of("half of one", PRESS.substring(0, 80)),
                of("an unknown type", PRESS.replace("block_actions", "block_magic")),
                of("no team", PRESS.replace("'team'", "'tame'")),
                of("no user", PRESS.replace("'user':", "'loser':")),
                of("no channel", PRESS.replace("'channel'", "'tunnel'")),
                of("no message", PRESS.replace("'message_ts'", "'ts'")),
                of("no trigger", PRESS.replace("'trigger_id'", "'trig'")),
                of("no actions", PRESS.replace("'actions'", "'factions'")),
                of("no action", PRESS.replaceFirst("\\[\\{.*}]", "[]")),
                of("two actions", PRESS.replace("}]}", "},{'type':'button','action_id':'x','value':'/cluster up b'}]}")),
                of("no value", PRESS.replace("'value'", "'worth'")),
                of("a value that is no command", PRESS.replace("/cluster up demo", "up demo")),
                of("a user that is a path", PRESS.replace("'U1'", "'../x'")),
                of("a channel in lower case", PRESS.replace("'C1'", "'c1'")),
                of("a time that is none", PRESS.replace("'1.2'", "'now'")),
                of("a user that is a list", PRESS.replace("{'id':'U1','username':'ada'}", "['U1']")),
                of("a view without an id", SUBMIT.replace("'id':'V1',", "")),
                of("a view that remembers nothing", SUBMIT.replaceFirst("'private_metadata':'[^']*'", "'private_metadata':''")),
                of("a view that remembers no channel", SUBMIT.replace("C1\\n", "x\\n")),
                of("a view that remembers no command", SUBMIT.replace("/cluster", "cluster")),
                of("a view of nobody", SUBMIT.replace("'U1'", "''")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void malformed(String name, String json) throws Exception {
        var answer = send(json.replace('\'', '"'));
        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"code\":\"INVALID\""), answer.body());
    }

    static Stream<Arguments> pointless() {
        return Stream.of(
                of("a button with another command", PRESS.replace("up demo", "rm -rf /")),
                of("a button with a bad name", PRESS.replace("up demo", "up ../../etc")),
                of("a modal for what needs none", SUBMIT.replace("down demo", "up demo")),
                of("a modal for another cluster", SUBMIT.replace("down demo", "down other")),
                of("a modal with nothing typed", SUBMIT.replace("'state'", "'province'")),
                of("a modal with an empty answer", SUBMIT.replace("'value':'demo'", "'value':''")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void pointless(String name, String json) throws Exception {
        assertEquals(200, send(json.replace('\'', '"')).statusCode());
    }

    @Test
    void two_payloads_are_none() throws Exception {
        var body = SignedCommand.of("up demo").with("payload", PRESS.replace('\'', '"')).body() + "&payload=x";
        var answer = bot.send(SignedCommand.request(
                bot.interactivity(),
                body.getBytes(StandardCharsets.UTF_8),
                Long.toString(Instant.now().getEpochSecond())));
        assertEquals(400, answer.statusCode());
    }

    @Test
    void a_press_without_a_signature_is_nobodys() throws Exception {
        var body = "payload=" + URLEncoder.encode(PRESS.replace('\'', '"'), StandardCharsets.UTF_8);
        var answer = bot.send(java.net.http.HttpRequest.newBuilder(bot.interactivity())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)));
        assertEquals(401, answer.statusCode());
    }

    private static java.net.http.HttpResponse<String> send(String json) throws Exception {
        var body = "payload=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
        return bot.send(SignedCommand.request(
                bot.interactivity(),
                body.getBytes(StandardCharsets.UTF_8),
                Long.toString(Instant.now().getEpochSecond())));
    }

    private static Arguments of(String name, String json) {
        return Arguments.of(name, json);
    }
}

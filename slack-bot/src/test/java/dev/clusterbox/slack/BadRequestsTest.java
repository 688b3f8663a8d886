package dev.clusterbox.slack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a stranger, or somebody in between, may send. Nothing of it may be carried out. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // JUnit and the first method set them
class BadRequestsTest {

    private static final String TIME = "X-Slack-Request-Timestamp";
    private static final String SIGNATURE = "X-Slack-Signature";

    @TempDir
    private static Path folder;

    private static SlackStandIn slack;
    private static GatewayStandIn gateway;
    private static Bot bot;

    /** Makes a bad request out of the address and the bytes of a good one. */
    interface Attack extends BiFunction<URI, byte[], HttpRequest.Builder> {}

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
        assertEquals(List.of(), slack.shown());
    }

    static Stream<Arguments> forged() {
        return Stream.of(
                of("no signature at all", (to, body) -> plain(to, body)),
                of("no signature", (to, body) -> plain(to, body).header(TIME, now())),
                of("no timestamp", (to, body) -> plain(to, body).header(SIGNATURE, good(now(), body))),
                of("an empty signature", (to, body) -> signed(to, body, now(), "")),
                of("a signature of zeros", (to, body) -> signed(to, body, now(), "v0=" + "0".repeat(64))),
                of(
                        "a short signature",
                        (to, body) -> signed(to, body, now(), good(now(), body).substring(0, 20))),
                of("a long signature", (to, body) -> signed(to, body, now(), good(now(), body) + "00")),
                of(
                        "another version",
                        (to, body) -> signed(to, body, now(), good(now(), body).replace("v0", "v1"))),
                of(
                        "no version",
                        (to, body) -> signed(to, body, now(), good(now(), body).substring(3))),
                of("upper case", (to, body) -> signed(to, body, now(), upper(good(now(), body)))),
                of("no hexadecimal", (to, body) -> signed(to, body, now(), "v0=" + "z".repeat(64))),
                of("another secret", (to, body) -> signed(to, body, now(), by("0".repeat(32), now(), body))),
                of("an empty body's signature", (to, body) -> signed(to, body, now(), good(now(), new byte[0]))),
                of("another body's signature", (to, body) -> signed(to, body, now(), good(now(), bytes("text=list")))),
                of("a body with one more byte", (to, body) -> signed(to, plus(body, "\n"), now(), good(now(), body))),
                of(
                        "a body with one more field",
                        (to, body) -> signed(to, plus(body, "&x=y"), now(), good(now(), body))),
                of("another time's signature", (to, body) -> signed(to, body, now(), good(in(-1), body))),
                of("an hour ago", (to, body) -> SignedCommand.request(to, body, in(-3600))),
                of("301 seconds ago", (to, body) -> SignedCommand.request(to, body, in(-302))),
                of("301 seconds ahead", (to, body) -> SignedCommand.request(to, body, in(303))),
                of("a year ahead", (to, body) -> SignedCommand.request(to, body, in(31_536_000))),
                of("the beginning of time", (to, body) -> SignedCommand.request(to, body, "0")),
                of("before the beginning", (to, body) -> SignedCommand.request(to, body, "-1")),
                of("a signed now", (to, body) -> SignedCommand.request(to, body, "+" + now())),
                of("now with a fraction", (to, body) -> SignedCommand.request(to, body, now() + ".5")),
                of("now in milliseconds", (to, body) -> SignedCommand.request(to, body, now() + "000")),
                of("now in hexadecimal", (to, body) -> SignedCommand.request(to, body, "0x6a000000")),
                of("an overflowing time", (to, body) -> SignedCommand.request(to, body, "9".repeat(30))),
                of("the largest long", (to, body) -> SignedCommand.request(to, body, "9223372036854775807")),
                of("no number", (to, body) -> SignedCommand.request(to, body, "now")),
                of(
                        "two timestamps",
                        (to, body) -> SignedCommand.request(to, body, now()).header(TIME, now())),
                of(
                        "two signatures",
                        (to, body) -> SignedCommand.request(to, body, now()).header(SIGNATURE, "v0=" + "0".repeat(64))),
                of(
                        "a bearer token instead",
                        (to, body) -> plain(to, body).header("Authorization", "Bearer " + "x".repeat(40))),
                of(
                        "the separator moved",
                        (to, body) -> signed(to, body, now() + ":0", good(now(), plus(bytes("0:"), body)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void forged(String name, Attack attack) throws Exception {
        var answer = bot.send(
                attack.apply(bot.commands(), bytes(SignedCommand.of("up demo").body())));

        assertEquals(401, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("not a request of Slack's: "), answer.body());
        assertFalse(answer.body().contains(SlackStandIn.SIGNING_SECRET), answer.body());
    }

    static Stream<Arguments> malformed() {
        var good = SignedCommand.of("up demo");
        return Stream.of(
                Arguments.of("nothing", bytes("")),
                Arguments.of("no fields", bytes("&&&")),
                Arguments.of("JSON", bytes("{\"text\":\"up demo\"}")),
                Arguments.of("half an escape", bytes(good.body() + "&x=%4")),
                Arguments.of("a lone percent", bytes(good.body() + "&x=%")),
                Arguments.of("no hexadecimal escape", bytes(good.body() + "&x=%zz")),
                Arguments.of("bytes that are no UTF-8", plus(bytes(good.body() + "&x="), new byte[] {(byte) 0xff})),
                Arguments.of("escaped bytes that are no UTF-8", bytes(good.body() + "&x=%c3%28")),
                Arguments.of("an overlong slash", bytes(good.body() + "&x=%c0%af")),
                Arguments.of("a surrogate in UTF-8", bytes(good.body() + "&x=%ed%a0%80")),
                Arguments.of("two users", bytes(good.body() + "&user_id=UADMIN")),
                Arguments.of("two texts", bytes(good.body() + "&text=list")),
                Arguments.of("the same field escaped", bytes(good.body() + "&%74ext=list")),
                Arguments.of("a thousand fields", bytes(good.body() + fields(1_000))),
                Arguments.of("no user", bytes(good.without("user_id").body())),
                Arguments.of("no team", bytes(good.without("team_id").body())),
                Arguments.of("no channel", bytes(good.without("channel_id").body())),
                Arguments.of("no command", bytes(good.without("command").body())),
                Arguments.of("no trigger", bytes(good.without("trigger_id").body())),
                Arguments.of(
                        "a user with a line break",
                        bytes(good.with("user_id", "U1\r\nX: y").body())),
                Arguments.of(
                        "a user in lower case", bytes(good.with("user_id", "u1").body())),
                Arguments.of(
                        "a channel that is a path",
                        bytes(good.with("channel_id", "../x").body())),
                Arguments.of(
                        "a command that is a link",
                        bytes(good.with("command", "<http://x>").body())),
                Arguments.of("UTF-16", good.body().getBytes(StandardCharsets.UTF_16)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void malformed(String name, byte[] body) throws Exception {
        var answer = bot.send(SignedCommand.request(bot.commands(), body, now()));

        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"code\":\"INVALID\""), answer.body());
    }

    static Stream<String> types_that_are_no_form() {
        return Stream.of(
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded; charset=utf-16",
                "application/x-www-form-urlencoded; charset=utf-7",
                "application/x-www-form-urlencoded; charset=nonsense");
    }

    @ParameterizedTest
    @MethodSource
    void types_that_are_no_form(String type) throws Exception {
        var body = bytes(SignedCommand.of("up demo").body());
        var answer = bot.send(SignedCommand.request(bot.commands(), body, now()).setHeader("Content-Type", type));

        assertEquals(400, answer.statusCode(), answer.body());
    }

    @Test
    void a_body_too_large_is_refused_unread() throws Exception {
        var answer = bot.send(SignedCommand.request(bot.commands(), new byte[1 << 20], now()));
        assertEquals(413, answer.statusCode(), answer.body());
    }

    @Test
    void a_body_too_large_in_pieces_is_refused_too() throws Exception {
        var large = new byte[1 << 20];
        var pieces = BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large));
        var answer =
                bot.send(SignedCommand.request(bot.commands(), large, now()).POST(pieces));
        assertEquals(413, answer.statusCode(), answer.body());
    }

    @Test
    void a_bomb_is_not_unpacked() throws Exception {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[20 << 20]);
        }
        var answer = bot.send(SignedCommand.request(bot.commands(), packed.toByteArray(), now())
                .header("Content-Encoding", "gzip"));
        assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, answer.statusCode() + answer.body());
    }

    @Test
    void a_replay_is_refused_to_the_letter_and_with_other_headers() throws Exception {
        var time = now();
        var body = bytes(SignedCommand.of("help").body());
        assertEquals(
                200, bot.send(SignedCommand.request(bot.commands(), body, time)).statusCode());
        for (int i = 0; i < 3; i++) {
            var again =
                    bot.send(SignedCommand.request(bot.commands(), body, time).header("X-Try", "" + i));
            assertEquals(401, again.statusCode(), again.body());
            assertTrue(again.body().contains("this request was here before"), again.body());
        }
    }

    @Test
    void what_was_signed_before_the_bot_began_is_refused() throws Exception {
        var body = bytes(SignedCommand.of("up demo").body());
        var answer = bot.send(SignedCommand.request(bot.commands(), body, in(-200)));
        assertEquals(401, answer.statusCode());
        assertTrue(answer.body().contains("before this service was started"), answer.body());
    }

    @Test
    void other_methods_and_paths_are_none() throws Exception {
        assertEquals(405, bot.send(HttpRequest.newBuilder(bot.commands()).GET()).statusCode());
        assertEquals(
                404,
                bot.send(HttpRequest.newBuilder(bot.at("/slack/other")).GET()).statusCode());
        assertEquals(
                404,
                bot.send(HttpRequest.newBuilder(bot.at("/openapi/../application.yml"))
                                .GET())
                        .statusCode());
    }

    @Test
    void slacks_own_check_of_the_address_is_answered() throws Exception {
        var answer = bot.send(SignedCommand.request(bot.commands(), bytes("ssl_check=1&token=x"), now()));
        assertEquals(200, answer.statusCode());
    }

    private static Arguments of(String name, Attack attack) {
        return Arguments.of(name, attack);
    }

    private static HttpRequest.Builder plain(URI to, byte[] body) {
        return HttpRequest.newBuilder(to)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofByteArray(body));
    }

    private static HttpRequest.Builder signed(URI to, byte[] body, String time, String signature) {
        return plain(to, body).header(TIME, time).header(SIGNATURE, signature);
    }

    private static String good(String time, byte[] body) {
        return by(SlackStandIn.SIGNING_SECRET, time, body);
    }

    private static String by(String secret, String time, byte[] body) {
        return SignedCommand.signature(secret, time, body);
    }

    private static String upper(String signature) {
        return "v0=" + signature.substring(3).toUpperCase(Locale.ROOT);
    }

    private static String now() {
        return in(0);
    }

    private static String in(long seconds) {
        return Long.toString(Instant.now().getEpochSecond() + seconds);
    }

    private static String fields(int count) {
        var fields = new StringBuilder();
        for (int i = 0; i < count; i++) {
            fields.append("&f").append(i).append("=x");
        }
        return fields.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] plus(byte[] body, String more) {
        return plus(body, bytes(more));
    }

    private static byte[] plus(byte[] body, byte[] more) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(body);
        all.writeBytes(more);
        return all.toByteArray();
    }
}

package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * A double of Slack, not Slack: the few methods of the Web API that the bot calls, {@code response_url}s, and signed slash
 * commands. What it accepts and how it refuses follows docs.slack.dev/reference/methods (chat.postMessage, chat.update,
 * chat.postEphemeral), /apis/web-api/rate-limits and /reference/block-kit/blocks.
 */
public final class SlackStandIn implements AutoCloseable {

    /** As a workspace has them; not a secret of anybody's. */
    public static final String SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

    public static final String BOT_TOKEN = "xoxb-stand-in-0000000000-0000000000-abcdefghijkl";

    /** One thing that the bot showed: a message, one of its updates, or an answer to one person. */
    public record Shown(String how, String channel, String ts, String text, JsonArray blocks, long nanos) {

        /** All that a person could read. */
        public String everything() {
            return text + " " + blocks;
        }
    }

    private record Fault(int status, String error, Optional<Integer> retryAfter) {}

    private final HttpServer server;
    private final List<Shown> shown = new ArrayList<>();
    private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Map<String, String> messages = new HashMap<>();
    private final Map<String, Boolean> closedChannels = new ConcurrentHashMap<>();
    private volatile PrintStream log = new PrintStream(PrintStream.nullOutputStream());
    private long lastTs;

    private SlackStandIn(HttpServer server) {
        this.server = server;
        server.createContext("/api/", this::webApi);
        server.createContext("/hooks/", this::hook);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public static SlackStandIn start(int port) throws IOException {
        return new SlackStandIn(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
    }

    /** For {@code clusterbox.slack.api-url}. */
    public String apiUrl() {
        return url() + "/api/";
    }

    /** For {@code clusterbox.slack.hooks-url}. */
    public String hooksUrl() {
        return url() + "/hooks/";
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The files that the bot wants, readable by their owner only. */
    public static Path file(Path folder, String name, String secret) throws IOException {
        Files.createDirectories(folder);
        var file = folder.resolve(name);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, secret);
    }

    /** A command as this Slack would send it, with an answering address here. */
    public SignedCommand command(String text) {
        return SignedCommand.of(text).with("response_url", hooksUrl() + "commands/T1/1/" + System.nanoTime());
    }

    /** The next calls of a method are too many: 429 with {@code Retry-After}. */
    public void limit(String method, int times, int retryAfterSeconds) {
        fault(method, times, new Fault(429, "ratelimited", Optional.of(retryAfterSeconds)));
    }

    /** The next calls of a method fail with one of Slack's errors (200, {@code ok: false}). */
    public void refuse(String method, int times, String error) {
        fault(method, times, new Fault(200, error, Optional.empty()));
    }

    /** The next calls of a method meet a Slack in trouble. */
    public void breakDown(String method, int times, int status) {
        fault(method, times, new Fault(status, "", Optional.empty()));
    }

    /** The bot is no member of this channel. */
    public void close(String channel) {
        closedChannels.put(channel, true);
    }

    public int calls(String method) {
        return calls.getOrDefault(method, 0);
    }

    /** Everything in the order in which it came. */
    public List<Shown> shown() {
        synchronized (shown) {
            return List.copyOf(shown);
        }
    }

    /** Waits until something is shown that fits; the end of patience is a failed test, with all that was shown. */
    public Shown await(Duration patience, Predicate<Shown> fits) throws InterruptedException {
        var end = System.nanoTime() + patience.toNanos();
        synchronized (shown) {
            while (true) {
                for (var one : shown) {
                    if (fits.test(one)) {
                        return one;
                    }
                }
                var left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("not shown within " + patience + "; shown was: " + shown);
                }
                shown.wait(left);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void fault(String method, int times, Fault fault) {
        for (int i = 0; i < times; i++) {
            faults.computeIfAbsent(method, _ -> new ArrayDeque<>()).add(fault);
        }
    }

    private void webApi(HttpExchange exchange) throws IOException {
        try (exchange) {
            var method = exchange.getRequestURI().getPath().substring("/api/".length());
            var fields = form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            calls.merge(method, 1, Integer::sum);
            var waiting = faults.get(method);
            var fault = waiting == null ? null : waiting.poll();
            if (fault != null) {
                fault.retryAfter.ifPresent(
                        seconds -> exchange.getResponseHeaders().set("Retry-After", Integer.toString(seconds)));
                answer(exchange, fault.status, error(fault.error));
                return;
            }
            var token = exchange.getRequestHeaders().getFirst("Authorization");
            if (token == null) {
                answer(exchange, 200, error("not_authed"));
            } else if (!token.equals("Bearer " + BOT_TOKEN)) {
                answer(exchange, 200, error("invalid_auth"));
            } else {
                answer(exchange, 200, call(method, fields));
            }
        }
    }

    private JsonObject call(String method, Map<String, String> fields) {
        var channel = fields.getOrDefault("channel", "");
        var refusal = BlockKit.refusal(fields.getOrDefault("text", ""), fields.getOrDefault("blocks", "[]"));
        if (!method.equals("auth.test") && !channel.matches("[CDG][A-Z0-9]+")) {
            return error("channel_not_found");
        }
        if (closedChannels.containsKey(channel)) {
            return error("not_in_channel");
        }
        return switch (method) {
            case "auth.test" -> ok();
            case "chat.postMessage" ->
                refusal.map(SlackStandIn::error).orElseGet(() -> posted("message", channel, newTs(channel), fields));
            case "chat.postEphemeral" ->
                fields.getOrDefault("user", "").isEmpty()
                        ? error("user_not_in_channel")
                        : refusal.map(SlackStandIn::error)
                                .orElseGet(() -> posted("ephemeral", channel, newTs(""), fields));
            case "chat.update" ->
                channel.equals(messages.get(fields.getOrDefault("ts", "")))
                        ? refusal.map(SlackStandIn::error)
                                .orElseGet(() -> posted("update", channel, fields.getOrDefault("ts", ""), fields))
                        : error("message_not_found");
            default -> error("unknown_method");
        };
    }

    private JsonObject posted(String how, String channel, String ts, Map<String, String> fields) {
        show(new Shown(
                how,
                channel,
                ts,
                fields.getOrDefault("text", ""),
                JsonParser.parseString(fields.getOrDefault("blocks", "[]")).getAsJsonArray(),
                System.nanoTime()));
        var answer = ok();
        answer.addProperty("channel", channel);
        answer.addProperty(how.equals("ephemeral") ? "message_ts" : "ts", ts);
        return answer;
    }

    private void hook(HttpExchange exchange) throws IOException {
        try (exchange) {
            calls.merge("response_url", 1, Integer::sum);
            var body = JsonParser.parseString(
                            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            show(new Shown(
                    "response",
                    "",
                    "",
                    body.get("text").getAsString(),
                    body.has("blocks") ? body.getAsJsonArray("blocks") : new JsonArray(),
                    System.nanoTime()));
            answer(exchange, 200, ok());
        }
    }

    private void show(Shown one) {
        synchronized (shown) {
            shown.add(one);
            shown.notifyAll();
        }
        log.println(one.how() + " " + one.channel() + " " + one.ts() + ": " + one.text());
    }

    /** Unique in its channel, and the message's name for ever after. */
    private String newTs(String channel) {
        synchronized (shown) {
            lastTs = Math.max(lastTs + 1, System.currentTimeMillis() * 1000);
            var ts = "%d.%06d".formatted(lastTs / 1_000_000, lastTs % 1_000_000);
            messages.put(ts, channel);
            return ts;
        }
    }

    private static JsonObject ok() {
        var answer = new JsonObject();
        answer.addProperty("ok", true);
        return answer;
    }

    private static JsonObject error(String error) {
        var answer = new JsonObject();
        answer.addProperty("ok", false);
        answer.addProperty("error", error);
        return answer;
    }

    private static void answer(HttpExchange exchange, int status, JsonObject body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Map<String, String> form(String body) {
        var fields = new HashMap<String, String>();
        for (var pair : body.split("&", -1)) {
            var equals = pair.indexOf('=');
            if (equals > 0) {
                fields.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return fields;
    }

    /**
     * Runs the double by hand: {@code SlackStandIn PORT FOLDER BOT_URL}. Writes the two secret files into the folder, sends
     * each line that is typed to the bot, and prints what the bot shows.
     */
    @SuppressWarnings("SystemOut") // it is a program for a terminal
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("expected: PORT FOLDER BOT_URL");
        }
        var folder = Path.of(arguments[1]);
        var bot = URI.create(arguments[2]).resolve("/slack/commands");
        try (var slack = start(Integer.parseInt(arguments[0]));
                var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            slack.log = System.out;
            System.out.println("This is a double of Slack, for trying and testing. Start the bot with");
            System.out.println("  -Dclusterbox.slack.api-url=" + slack.apiUrl());
            System.out.println("  -Dclusterbox.slack.hooks-url=" + slack.hooksUrl());
            System.out.println("  -Dclusterbox.slack.signing-secret-file="
                    + file(folder, "signing-secret", SIGNING_SECRET).toAbsolutePath());
            System.out.println("  -Dclusterbox.slack.bot-token-file="
                    + file(folder, "bot-token", BOT_TOKEN).toAbsolutePath());
            System.out.println("and type what comes after /cluster:");
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    var answer = slack.command(line).send(bot);
                    System.out.println(answer.statusCode() + " " + answer.body());
                } catch (IOException e) {
                    System.out.println("the bot does not answer: " + e);
                }
            }
        }
    }
}

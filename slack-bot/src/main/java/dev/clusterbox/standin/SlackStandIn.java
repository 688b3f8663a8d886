package dev.clusterbox.standin;

import static dev.clusterbox.standin.Answer.error;
import static dev.clusterbox.standin.Answer.ok;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A double of Slack, not Slack: its Web API and {@code response_url}s as far as the bot calls them, Socket Mode, and signed
 * commands, buttons and modals. {@link WebApi} says what it answers, {@link BlockKit} what it refuses, and each names
 * Slack's page for it; 429 and {@code Retry-After} are as in docs.slack.dev/apis/web-api/rate-limits.
 */
public final class SlackStandIn implements AutoCloseable {

    /** As a workspace has them; not a secret of anybody's. */
    public static final String SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

    public static final String BOT_TOKEN = "xoxb-stand-in-0000000000-0000000000-abcdefghijkl";
    public static final String APP_TOKEN = "xapp-1-A111-0000000000000-0123456789abcdef0123456789abcdef";

    private record Fault(int status, String error, Optional<Integer> retryAfter) {}

    private final HttpServer server;
    private final SocketServer socket;
    private final WebApi api;
    private final List<Shown> shown = new ArrayList<>();
    private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private volatile Consumer<Shown> watcher = _ -> {};

    private SlackStandIn(HttpServer server, SocketServer socket) {
        this.server = server;
        this.socket = socket;
        this.api = new WebApi(socket::newUrl, this::show);
        server.createContext("/api/", this::webApi);
        server.createContext("/hooks/", this::hook);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** HTTP on this port, WebSocket on any that is free. */
    public static SlackStandIn start(int port) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return new SlackStandIn(HttpServer.create(address, 0), SocketServer.begin(0));
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
        var command = SignedCommand.of(text).with("response_url", newHook());
        api.issue(command.field("trigger_id"));
        return command;
    }

    /** A press of a button, as this Slack would send it. */
    public SignedCommand press(Shown on, String actionId) {
        return press(on, actionId, SignedCommand.of(""));
    }

    /** The same by somebody else. */
    public SignedCommand press(Shown on, String actionId, SignedCommand by) {
        var button = on.button(actionId).orElseThrow(() -> new AssertionError("no button " + actionId + " in " + on));
        api.issue(by.field("trigger_id"));
        return SignedCommand.payload(
                Payloads.press(on, button, by.fields(), newHook()).toString());
    }

    /** A modal that was filled in: what was typed, by block_id and action_id. */
    public SignedCommand submit(Shown modal, Map<String, Map<String, String>> typed) {
        return submit(modal, typed, SignedCommand.of(""));
    }

    /** The same by somebody else. */
    public SignedCommand submit(Shown modal, Map<String, Map<String, String>> typed, SignedCommand by) {
        var view = api.view(modal.ts()).orElseThrow(() -> new AssertionError("no view " + modal.ts()));
        return SignedCommand.payload(Payloads.submit(view, typed, by.fields()).toString());
    }

    private String newHook() {
        return hooksUrl() + "commands/T1/1/" + System.nanoTime();
    }

    /** Sends by Socket Mode what else would go by HTTP; the result is what the acknowledgement carried. */
    public CompletableFuture<JsonObject> overSocket(SignedCommand sent) {
        return overSocket(sent, UUID.randomUUID().toString(), 0);
    }

    /** The same again, as Slack repeats what was not acknowledged. */
    public CompletableFuture<JsonObject> overSocket(SignedCommand sent, String envelope, int attempt) {
        var payload = sent.fields().get("payload");
        if (payload != null) {
            return socket.send("interactive", JsonParser.parseString(payload).getAsJsonObject(), envelope, attempt);
        }
        var command = new JsonObject();
        sent.fields().forEach(command::addProperty);
        return socket.send("slash_commands", command, envelope, attempt);
    }

    /** Whether the bot is connected by Socket Mode. */
    public boolean connected() {
        return socket.connected();
    }

    /** Slack's servers change: connections are to be opened anew. */
    public void refreshConnections() {
        socket.refresh();
    }

    /** Every connection breaks without a word. */
    public void cutConnections() {
        socket.cut();
    }

    /** The members of a user group. */
    public void group(String id, String... users) {
        api.group(id, List.of(users));
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
        api.close(channel);
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

    /** Tells of everything that is shown from now on. */
    void watch(Consumer<Shown> next) {
        watcher = next;
    }

    @Override
    public void close() {
        server.stop(0);
        try {
            socket.stop(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
            answer(
                    exchange,
                    200,
                    token == null ? error("not_authed") : api.call(method, token.replaceFirst("^Bearer ", ""), fields));
        }
    }

    private void hook(HttpExchange exchange) throws IOException {
        try (exchange) {
            calls.merge("response_url", 1, Integer::sum);
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            api.responded(JsonParser.parseString(body).getAsJsonObject());
            answer(exchange, 200, ok());
        }
    }

    private void show(Shown one) {
        synchronized (shown) {
            shown.add(one);
            shown.notifyAll();
        }
        watcher.accept(one);
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
}

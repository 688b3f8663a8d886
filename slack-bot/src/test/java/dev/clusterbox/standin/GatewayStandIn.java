package dev.clusterbox.standin;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A double of the gateway, not the gateway: its REST as far as the bot uses it. Nothing happens in it by itself; a test
 * says what happens next. It can hang, go away in the middle of a stream, and come back with what it knew.
 */
public final class GatewayStandIn implements AutoCloseable {

    public static final String TOKEN = "stand-in-gateway-token-0123456789abcdef";

    /** A request that came in, with who it said to be for. */
    public record Asked(String what, String body, String actor, String idempotencyKey) {}

    private final Map<String, JsonObject> operations = new LinkedHashMap<>();
    private final Map<String, List<JsonObject>> events = new HashMap<>();
    private final Map<String, JsonObject> clusters = new LinkedHashMap<>();
    private final Map<String, JsonObject> locks = new LinkedHashMap<>();
    private final Map<String, String> byKey = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();
    private final List<String> resumedAt = new ArrayList<>();
    private final int port;
    private @Nullable HttpServer server;
    private int life;
    private volatile String hash = "a".repeat(64);
    private volatile boolean hanging;
    private volatile boolean closed;
    private final CountDownLatch end = new CountDownLatch(1);

    private GatewayStandIn(HttpServer server) {
        this.port = server.getAddress().getPort();
        this.server = started(server);
    }

    public static GatewayStandIn start() throws IOException {
        return new GatewayStandIn(bound(0));
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Every request from now on is taken and never answered. */
    public void hang() {
        hanging = true;
    }

    /** As if the process were killed: every connection ends, also the streams. */
    public synchronized void goAway() {
        var running = server;
        if (running != null) {
            server = null;
            life++;
            running.stop(0);
        }
        notifyAll();
    }

    public synchronized void comeBack() throws IOException {
        server = started(bound(port));
    }

    public synchronized List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** The Last-Event-ID of each stream that was opened; empty for one from the beginning. */
    public synchronized List<String> resumedAt() {
        return List.copyOf(resumedAt);
    }

    public synchronized int operations() {
        return operations.size();
    }

    /** Says what happens next in an operation; {@code json} has the event without its id. */
    public synchronized void happen(String operation, String json) {
        var event = JsonParser.parseString(json).getAsJsonObject();
        var all = events.computeIfAbsent(operation, _ -> new ArrayList<>());
        event.addProperty("id", all.size() + 1);
        event.addProperty("operation", operation);
        all.add(event);
        var ended = event.get("type").getAsString();
        if (ended.startsWith("operation-") && !ended.equals("operation-started")) {
            var known = Objects.requireNonNull(operations.get(operation), operation);
            var state = ended.equals("operation-succeeded") ? "SUCCEEDED" : "FAILED";
            known.addProperty("state", state);
            if (event.has("problem")) {
                known.add("problem", event.get("problem"));
            }
        }
        notifyAll();
    }

    /** Forgets the events of an operation, as a gateway does after a while. */
    public synchronized void forgetEvents(String operation) {
        events.put(operation, new ArrayList<>());
    }

    public synchronized void cluster(String json) {
        var cluster = JsonParser.parseString(json).getAsJsonObject();
        clusters.put(cluster.get("name").getAsString(), cluster);
    }

    @Override
    public void close() {
        closed = true;
        end.countDown();
        goAway();
    }

    private static HttpServer bound(int port) throws IOException {
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    }

    private HttpServer started(HttpServer fresh) {
        fresh.createContext("/v1/", this::handle);
        fresh.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        fresh.start();
        return fresh;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (hanging) {
                end.await();
            }
            if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                problem(exchange, 401, "UNAUTHENTICATED", "no valid token in the request");
                return;
            }
            var path = exchange.getRequestURI()
                    .getPath()
                    .substring("/v1/".length())
                    .split("/", -1);
            switch (exchange.getRequestMethod() + " " + path[0] + " " + path.length) {
                case "POST clusters 1" -> up(exchange, body);
                case "POST clusters 2" -> planned(exchange, path[1], body);
                case "POST clusters 3", "PATCH clusters 2" ->
                    change(exchange, path[1], path.length == 3 ? path[2] : "scale " + body);
                case "PUT clusters 3" -> lock(exchange, path[1], body);
                case "GET clusters 3" -> get(exchange, locks, path[1]);
                case "DELETE clusters 3" -> unlock(exchange, path[1]);
                case "POST operations 3" -> cancel(exchange, path[1]);
                case "DELETE clusters 2" -> down(exchange, path[1]);
                case "GET clusters 1" -> list(exchange);
                case "GET clusters 2" -> get(exchange, clusters, path[1]);
                case "GET operations 2" -> get(exchange, operations, path[1]);
                case "GET operations 3" -> stream(exchange, path[1]);
                default -> problem(exchange, 404, "NOT_FOUND", "no such path");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void up(HttpExchange exchange, String body) throws IOException {
        var spec = JsonParser.parseString(body).getAsJsonObject();
        var nodes = spec.has("nodes") ? spec.get("nodes").getAsInt() : 3;
        JsonObject operation;
        synchronized (this) {
            remember(exchange, "up", body);
            if (nodes > 100) {
                problem(exchange, 400, "INVALID", "nodes: %d (expected: at most 100)".formatted(nodes));
                return;
            }
            operation = operation(exchange, spec.get("name").getAsString(), "UP");
            if (spec.has("through")) {
                operation.add("through", spec.get("through"));
            }
        }
        answer(exchange, 202, operation);
    }

    /** A plan that holds until {@link #move}. */
    private void planned(HttpExchange exchange, String verb, String body) throws IOException {
        if (verb.equals("plan")) {
            answer(
                    exchange,
                    200,
                    json("{\"hash\":\"%s\",\"cluster\":\"demo\",\"changes\":[\"make demo-node-1 at 192.168.56.21\"]}".formatted(hash)));
        } else if (("\"" + hash + "\"").equals(exchange.getRequestHeaders().getFirst("If-Match"))) {
            up(exchange, body);
        } else {
            problem(exchange, 409, "CONFLICT", "things have moved since this was planned");
        }
    }

    /** Plans made before do not hold any more. */
    public void move() {
        hash = "b".repeat(64);
    }

    private void down(HttpExchange exchange, String name) throws IOException {
        JsonObject operation;
        synchronized (this) {
            remember(exchange, "down", name);
            if (!clusters.containsKey(name)) {
                problem(exchange, 404, "NOT_FOUND", "there is no cluster '%s'".formatted(name));
                return;
            }
            operation = operation(exchange, name, "DOWN");
        }
        answer(exchange, 202, operation);
    }

    /** What a cluster that is there can be asked for. */
    private void change(HttpExchange exchange, String name, String verb) throws IOException {
        JsonObject answer;
        synchronized (this) {
            remember(exchange, verb, name);
            if (!clusters.containsKey(name)) {
                problem(exchange, 404, "NOT_FOUND", "there is no cluster '%s'".formatted(name));
                return;
            }
            answer = switch (verb) {
                case "kubeconfig-links" -> json("{\"url\":\"http://127.0.0.1:8080/downloads/abc\",\"expiresAt\":\"2126-01-02T03:04:05Z\"}");
                case "credentials" ->
                    json("{\"server\":\"https://192.168.56.10:6443\",\"authority\":\"PEM\",\"expires\":\"2026-01-02T11:04:05Z\","
                            + "\"certificate\":\"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\",\"user\":\"ada\"}");
                default -> operation(exchange, name, verb.split(" ", 2)[0].toUpperCase(Locale.ROOT).replace('-', '_'));
            };
            if (verb.equals("smoke-test")) {
                var steps = new JsonArray();
                steps.add(step("smoke-test", "Smoke test"));
                answer.add("steps", steps);
            }
        }
        answer(exchange, answer.has("id") ? 202 : 201, answer);
    }

    private void lock(HttpExchange exchange, String name, String body) throws IOException {
        JsonObject lock;
        synchronized (this) {
            remember(exchange, "lock " + body, name);
            lock = json(body);
            var held = locks.get(name);
            var by = String.valueOf(exchange.getRequestHeaders().getFirst("Clusterbox-Actor"));
            if (held != null
                    && !held.get("owner").getAsString().equals(by)
                    && !lock.get("takeOver").getAsBoolean()) {
                problem(exchange, 409, "CONFLICT", "'%s' is locked".formatted(name));
                return;
            }
            lock.remove("takeOver");
            lock.remove("minutes");
            lock.addProperty("owner", by);
            lock.addProperty("expiresAt", "2126-01-02T03:04:05Z");
            locks.put(name, lock);
        }
        answer(exchange, 200, lock);
    }

    private void unlock(HttpExchange exchange, String name) throws IOException {
        synchronized (this) {
            remember(exchange, "unlock", name);
            locks.remove(name);
        }
        exchange.sendResponseHeaders(204, -1);
    }

    private void cancel(HttpExchange exchange, String id) throws IOException {
        JsonObject operation;
        synchronized (this) {
            remember(exchange, "cancel", id);
            operation = operations.get(id);
        }
        if (operation == null) {
            problem(exchange, 404, "NOT_FOUND", "there is no operation '%s'".formatted(id));
        } else {
            answer(exchange, 202, operation);
        }
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private void remember(HttpExchange exchange, String what, String body) {
        var headers = exchange.getRequestHeaders();
        asked.add(new Asked(
                what,
                body,
                String.valueOf(headers.getFirst("Clusterbox-Actor")),
                String.valueOf(headers.getFirst("Idempotency-Key"))));
    }

    private JsonObject operation(HttpExchange exchange, String cluster, String kind) {
        var key = String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        var id = byKey.computeIfAbsent(key, _ -> "op-" + (operations.size() + 1));
        return operations.computeIfAbsent(id, _ -> {
            var operation = new JsonObject();
            operation.addProperty("id", id);
            operation.addProperty("cluster", cluster);
            operation.addProperty("kind", kind);
            operation.addProperty("by", "stand-in");
            operation.addProperty("state", "RUNNING");
            operation.addProperty("startedAt", java.time.Instant.now().toString());
            var steps = new JsonArray();
            steps.add(step("check-host", "Check the host"));
            steps.add(step("machines", "Create the machines"));
            operation.add("steps", steps);
            return operation;
        });
    }

    private static JsonObject step(String id, String title) {
        var step = new JsonObject();
        step.addProperty("id", id);
        step.addProperty("title", title);
        step.addProperty("state", "PENDING");
        return step;
    }

    private void list(HttpExchange exchange) throws IOException {
        var all = new JsonArray();
        synchronized (this) {
            clusters.values().forEach(all::add);
        }
        var answer = new JsonObject();
        answer.add("clusters", all);
        answer(exchange, 200, answer);
    }

    private void get(HttpExchange exchange, Map<String, JsonObject> from, String name) throws IOException {
        JsonObject found;
        synchronized (this) {
            found = from.get(name);
        }
        if (found == null) {
            problem(exchange, 404, "NOT_FOUND", "there is no '%s'".formatted(name));
        } else {
            answer(exchange, 200, found);
        }
    }

    /** Server-sent events: what there was after Last-Event-ID, then what happens, until the operation's last event. */
    private void stream(HttpExchange exchange, String operation) throws IOException, InterruptedException {
        var last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        var next = last == null ? 0 : Integer.parseInt(last);
        int mine;
        synchronized (this) {
            resumedAt.add(last == null ? "" : last);
            mine = life;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        var out = exchange.getResponseBody();
        while (true) {
            JsonObject event;
            synchronized (this) {
                var all = events.computeIfAbsent(operation, _ -> new ArrayList<>());
                while (all.size() <= next && life == mine && !closed && running(operation)) {
                    wait();
                    all = events.computeIfAbsent(operation, _ -> new ArrayList<>());
                }
                if (all.size() <= next || life != mine || closed) {
                    return;
                }
                event = all.get(next++);
            }
            var type = event.get("type").getAsString();
            out.write(": stand-in\nid: %d\nevent: %s\ndata: %s\n\n"
                    .formatted(next, type, event)
                    .getBytes(StandardCharsets.UTF_8));
            out.flush();
            if (type.equals("operation-succeeded") || type.equals("operation-failed")) {
                return;
            }
        }
    }

    private boolean running(String operation) {
        var known = operations.get(operation);
        return known == null || known.get("state").getAsString().equals("RUNNING");
    }

    private static void problem(HttpExchange exchange, int status, String code, String message) {
        var body = new JsonObject();
        body.addProperty("type", "urn:clusterbox:problem:" + code);
        body.addProperty("status", status);
        body.addProperty("detail", message);
        body.addProperty("code", code);
        body.addProperty("hint", "ask the stand-in");
        exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
        try {
            answer(exchange, status, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, JsonObject body) throws IOException {
        if (!exchange.getResponseHeaders().containsKey("Content-Type")) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
        }
        var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}

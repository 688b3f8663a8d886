package dev.clusterbox.standin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.java_websocket.WebSocket;
import org.java_websocket.framing.CloseFrame;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;
import org.jspecify.annotations.Nullable;

/**
 * Slack's side of Socket Mode: an address that works once, {@code hello}, envelopes, their acknowledgement by
 * {@code envelope_id}, and {@code disconnect} before the server goes.
 *
 * @see <a href="https://docs.slack.dev/apis/events-api/using-socket-mode">Using Socket Mode</a>
 */
final class SocketServer extends WebSocketServer {

    private final Set<String> tickets = ConcurrentHashMap.newKeySet();
    private final Map<String, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
    private final CountDownLatch started = new CountDownLatch(1);

    SocketServer(int port) {
        super(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        setReuseAddr(true);
        setDaemon(true);
    }

    static SocketServer begin(int port) {
        var server = new SocketServer(port);
        server.start();
        try {
            if (!server.started.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no WebSocket server on port " + port);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return server;
    }

    /** An address for one connection, as {@code apps.connections.open} gives it. */
    String newUrl() {
        var ticket = UUID.randomUUID().toString();
        tickets.add(ticket);
        return "ws://127.0.0.1:%d/link/?ticket=%s&app_id=A111".formatted(getPort(), ticket);
    }

    boolean connected() {
        return !getConnections().isEmpty();
    }

    /** Sends an envelope to one of the connections; the result is what the acknowledgement carried. */
    CompletableFuture<JsonObject> send(String type, JsonObject payload) {
        return send(type, payload, UUID.randomUUID().toString(), 0);
    }

    CompletableFuture<JsonObject> send(String type, JsonObject payload, String id, int attempt) {
        var envelope = new JsonObject();
        envelope.addProperty("envelope_id", id);
        envelope.addProperty("type", type);
        envelope.addProperty("accepts_response_payload", true);
        envelope.add("payload", payload);
        if (attempt > 0) {
            envelope.addProperty("retry_attempt", attempt);
            envelope.addProperty("retry_reason", "timeout");
        }
        var answer = new CompletableFuture<JsonObject>();
        waiting.put(id, answer);
        var to = getConnections().stream().findFirst();
        if (to.isEmpty()) {
            answer.completeExceptionally(new IllegalStateException("the bot is not connected"));
        } else {
            to.get().send(envelope.toString());
        }
        return answer;
    }

    /** Slack says that it is about to close, and closes. */
    void refresh() {
        for (var connection : getConnections()) {
            connection.send("{\"type\":\"disconnect\",\"reason\":\"refresh_requested\",\"debug_info\":{}}");
        }
    }

    /** The connections break, as when a laptop sleeps. */
    void cut() {
        for (var connection : getConnections()) {
            connection.closeConnection(CloseFrame.ABNORMAL_CLOSE, "cut");
        }
    }

    @Override
    public void onStart() {
        started.countDown();
    }

    @Override
    public void onOpen(WebSocket connection, ClientHandshake handshake) {
        var path = handshake.getResourceDescriptor();
        var ticket = path.replaceFirst(".*[?&]ticket=([^&]*).*", "$1");
        if (!tickets.remove(ticket)) {
            connection.close(CloseFrame.POLICY_VALIDATION, "this address was used before");
            return;
        }
        connection.send("{\"type\":\"hello\",\"num_connections\":%d,\"connection_info\":{\"app_id\":\"A111\"}}"
                .formatted(getConnections().size()));
    }

    @Override
    public void onMessage(WebSocket connection, String message) {
        var answer = JsonParser.parseString(message).getAsJsonObject();
        JsonElement id = answer.get("envelope_id");
        var asked = id == null ? null : waiting.remove(id.getAsString());
        if (asked != null) {
            asked.complete(answer.has("payload") ? answer.getAsJsonObject("payload") : new JsonObject());
        }
    }

    @Override
    public void onClose(WebSocket connection, int code, String reason, boolean remote) {
        // The bot opens another one.
    }

    @Override
    public void onError(@Nullable WebSocket connection, Exception e) {
        // A connection that breaks says so to nobody; a port that is taken shows when nobody can connect.
    }
}

package dev.clusterbox.standin;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What Slack sends as a form, signed: a slash command, or an interaction in its one field {@code payload}. Each {@code of}
 * is another interaction.
 *
 * @see <a href="https://docs.slack.dev/interactivity/implementing-slash-commands">Slash commands</a>
 * @see <a href="https://docs.slack.dev/authentication/verifying-requests-from-slack">Signatures</a>
 */
public record SignedCommand(Map<String, String> fields) {

    private static final AtomicLong TRIGGERS = new AtomicLong(System.currentTimeMillis());
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    public static SignedCommand of(String text) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("team_id", "T0001");
        fields.put("team_domain", "example");
        fields.put("channel_id", "C2147483705");
        fields.put("channel_name", "test");
        fields.put("user_id", "U2147483697");
        fields.put("user_name", "steve");
        fields.put("command", "/cluster");
        fields.put("text", text);
        fields.put("trigger_id", newTrigger());
        return new SignedCommand(fields);
    }

    /** A button or a modal: one field with JSON in it. */
    static SignedCommand payload(String json) {
        return new SignedCommand(Map.of("payload", json));
    }

    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    static String newTrigger() {
        return "13345224609." + TRIGGERS.incrementAndGet() + ".8fb49f1ba1aa";
    }

    public SignedCommand with(String field, String value) {
        var changed = new LinkedHashMap<>(fields);
        changed.put(field, value);
        return new SignedCommand(changed);
    }

    public SignedCommand without(String field) {
        var changed = new LinkedHashMap<>(fields);
        changed.remove(field);
        return new SignedCommand(changed);
    }

    /** The body as Slack writes it. */
    public String body() {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Sends it, signed with the stand-in's secret, now. */
    public HttpResponse<String> send(URI to) throws IOException, InterruptedException {
        return HTTP.send(request(to, Instant.now()).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The same request with any timestamp. */
    public HttpRequest.Builder request(URI to, Instant at) {
        return request(to, body().getBytes(StandardCharsets.UTF_8), Long.toString(at.getEpochSecond()));
    }

    /** Any body, correctly signed. */
    public static HttpRequest.Builder request(URI to, byte[] body, String timestamp) {
        return HttpRequest.newBuilder(to)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("X-Slack-Request-Timestamp", timestamp)
                .header("X-Slack-Signature", signature(SlackStandIn.SIGNING_SECRET, timestamp, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    public static String signature(String secret, String timestamp, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update(("v0:" + timestamp + ":").getBytes(StandardCharsets.UTF_8));
            return "v0=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.clusterbox.gateway;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.SlashCommand.Up;
import io.micronaut.core.type.Argument;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;

/**
 * What the bot asks of the gateway. A method returns what the gateway said, or throws the gateway's own problem. While the
 * gateway does not answer at all a call is repeated for a while; the Idempotency-Key makes that safe.
 */
@Singleton
public final class GatewayClient {

    private static final MediaType JSON = MediaType.get("application/json");

    private final GatewayHttp http;
    private final ObjectMapper json;
    private final Duration lostAfter;

    GatewayClient(GatewaySettings settings, ObjectMapper json) {
        this.http = new GatewayHttp(settings, json);
        this.json = json;
        this.lostAfter = settings.lostAfter();
    }

    public Operation up(Up command, OnBehalf person) throws InterruptedException {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", command.cluster().value());
        new TreeMap<>(command.options()).forEach((option, value) -> body.put(option.field(), value));
        return http.send(
                by(person, http.request("clusters"))
                        .post(RequestBody.create(json(body), JSON))
                        .build(),
                Operation.class);
    }

    public Operation down(ClusterName cluster, OnBehalf person) throws InterruptedException {
        return http.send(
                by(person, http.request("clusters", cluster.value())).delete().build(), Operation.class);
    }

    public Operation smokeTest(ClusterName cluster, OnBehalf person) throws InterruptedException {
        return http.send(
                by(person, http.request("clusters", cluster.value(), "smoke-test"))
                        .post(RequestBody.create(new byte[0]))
                        .build(),
                Operation.class);
    }

    public Cluster cluster(ClusterName name) throws InterruptedException {
        return http.send(http.request("clusters", name.value()).build(), Cluster.class);
    }

    public List<Cluster> clusters() throws InterruptedException {
        var clusters = http.send(http.request("clusters").build(), Cluster.Listing.class)
                .clusters();
        return clusters == null ? List.of() : clusters;
    }

    public Operation operation(String id) throws InterruptedException {
        return http.send(http.request("operations", id).build(), Operation.class);
    }

    /** Tells each event of an operation exactly once and in order, from its first to its last. */
    public void follow(String operation, Follower follower) throws InterruptedException {
        new EventStream(http, operation, lostAfter).follow(follower);
    }

    private static Request.Builder by(OnBehalf person, Request.Builder request) {
        return request.header("Clusterbox-Actor", person.actor()).header("Idempotency-Key", person.idempotencyKey());
    }

    private byte[] json(Map<String, Object> body) {
        try {
            return json.writeValueAsBytes(Argument.mapOf(String.class, Object.class), body);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

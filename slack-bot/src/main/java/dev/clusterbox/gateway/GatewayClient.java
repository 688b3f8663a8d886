package dev.clusterbox.gateway;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.Option;
import dev.clusterbox.command.SlashCommand;
import dev.clusterbox.command.SlashCommand.Up;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.core.type.Argument;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private static final MediaType PEM = MediaType.get("application/x-pem-file");
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
        var options = new TreeMap<>(command.options());
        var plan = options.remove(Option.IF_PLAN);
        var body = RequestBody.create(json(request(command.cluster(), options)), JSON);
        var request = plan == null
                ? by(person, http.request("clusters"))
                : by(person, http.request("clusters", "apply")).header("If-Match", "\"%s\"".formatted(plan));
        return http.send(request.post(body).build(), Operation.class);
    }

    /** What {@code up} would do. */
    public Plan plan(SlashCommand.Plan command, OnBehalf person) throws InterruptedException {
        var body = RequestBody.create(json(request(command.cluster(), command.options())), JSON);
        return http.send(by(person, http.request("clusters", "plan")).post(body).build(), Plan.class);
    }

    private static Map<String, Object> request(ClusterName cluster, Map<Option, Object> options) {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", cluster.value());
        new TreeMap<>(options).forEach((option, value) -> body.put(option.field(), value));
        return body;
    }

    /** The same once more; what else it was made of the cluster knows. */
    public Operation upAgain(Operation failed, OnBehalf person) throws InterruptedException {
        var through = failed.through();
        Map<String, Object> body = through == null
                ? Map.of("name", failed.cluster())
                : new TreeMap<>(Map.of("name", failed.cluster(), "through", through));
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

    public Operation scale(ClusterName cluster, int nodes, OnBehalf person) throws InterruptedException {
        return http.send(
                by(person, http.request("clusters", cluster.value()))
                        .patch(RequestBody.create(json(Map.of("nodes", nodes)), JSON))
                        .build(),
                Operation.class);
    }

    public Operation stop(ClusterName cluster, OnBehalf person) throws InterruptedException {
        return http.send(post(person, "clusters", cluster.value(), "stop"), Operation.class);
    }

    public Operation start(ClusterName cluster, OnBehalf person) throws InterruptedException {
        return http.send(post(person, "clusters", cluster.value(), "start"), Operation.class);
    }

    /** Lets no further step begin; returns the operation as it is. */
    public Operation cancel(String operation, OnBehalf person) throws InterruptedException {
        return http.send(post(person, "operations", operation, "cancel"), Operation.class);
    }

    public Lock lock(SlashCommand.Lock command, OnBehalf person) throws InterruptedException {
        var body = new TreeMap<String, Object>(Map.of("reason", command.reason(), "takeOver", command.takeOver()));
        command.minutes().ifPresent(minutes -> body.put("minutes", minutes));
        return http.send(
                by(person, http.request("clusters", command.cluster().value(), "lock"))
                        .put(RequestBody.create(json(body), JSON))
                        .build(),
                Lock.class);
    }

    public void unlock(ClusterName cluster, OnBehalf person) throws InterruptedException {
        http.send(by(person, http.request("clusters", cluster.value(), "lock"))
                .delete()
                .build());
    }

    /** Who has locked a cluster, if anybody has. */
    public Optional<Lock> lockOn(ClusterName cluster) throws InterruptedException {
        try {
            return Optional.of(http.send(http.request("clusters", cluster.value(), "lock").build(), Lock.class));
        } catch (ProblemException e) {
            if (e.problem().code() == Problem.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Where the person can fetch a kubeconfig, once. */
    public DownloadLink kubeconfigLink(ClusterName cluster, OnBehalf person) throws InterruptedException {
        return http.send(post(person, "clusters", cluster.value(), "kubeconfig-links"), DownloadLink.class);
    }

    /** Has a key of the person's certified. */
    public Credential certify(SlashCommand.Csr command, OnBehalf person) throws InterruptedException {
        return http.send(
                by(person, http.request("clusters", command.cluster().value(), "credentials"))
                        .header("Accept", "application/json")
                        .post(RequestBody.create(command.pem(), PEM))
                        .build(),
                Credential.class);
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

    /**
     * What was last done to a cluster.
     *
     * @throws dev.clusterbox.problem.ProblemException if nothing was
     */
    public Operation newestOperation(ClusterName cluster) throws InterruptedException {
        var id = cluster(cluster).operation();
        if (id == null) {
            throw Problem.notFound("nothing has happened to '%s' yet".formatted(cluster)).asException();
        }
        return operation(id);
    }

    /** Tells each event of an operation exactly once and in order, from its first to its last. */
    public void follow(String operation, Follower follower) throws InterruptedException {
        new EventStream(http, operation, lostAfter).follow(follower);
    }

    private Request post(OnBehalf person, String... path) {
        return by(person, http.request(path))
                .post(RequestBody.create(new byte[0], JSON))
                .build();
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

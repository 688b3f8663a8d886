package dev.clusterbox.cluster;

import dev.clusterbox.cluster.ClusterView.ClusterList;
import dev.clusterbox.operation.Operation;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Clusters over REST; with {@code Accept: text/plain} as a terminal shows them. */
@Controller("/v1/clusters")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class ClusterController {

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,100}");

    private final Clusters clusters;
    private final MachineStatus machines;
    private final KubernetesStatus kubernetes;
    private final ClusterBody bodies;

    ClusterController(Clusters clusters, MachineStatus machines, KubernetesStatus kubernetes, ClusterBody bodies) {
        this.clusters = clusters;
        this.machines = machines;
        this.kubernetes = kubernetes;
        this.bodies = bodies;
    }

    /** Makes a cluster, or makes it whole again: 202 and an operation. With {@code dryRun=true}: 200 and the plan. */
    @Post
    @Consumes({MediaType.APPLICATION_JSON, "application/yaml", MediaType.APPLICATION_YAML})
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    @ApiResponse(
            responseCode = "200",
            description = "with dryRun=true: the plan",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ClusterView.class)))
    HttpResponse<?> up(
            HttpRequest<?> request,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON,
                                        schema = @Schema(implementation = ClusterRequest.class)),
                                @Content(
                                        mediaType = "application/yaml",
                                        schema = @Schema(implementation = ClusterRequest.class))
                            })
                    @Body
                    String body,
            @QueryValue(defaultValue = "false") boolean dryRun,
            @Nullable @Header("Idempotency-Key") String key)
            throws InterruptedException {
        var asked = bodies.read(body, request.getContentType());
        if (dryRun) {
            var plan = ClusterView.of(clusters.plan(asked), Map.of(), Optional.empty());
            return Accept.isText(request)
                    ? HttpResponse.ok(ClusterText.plan(plan)).contentType(MediaType.TEXT_PLAIN_TYPE)
                    : HttpResponse.ok(plan).contentType(MediaType.APPLICATION_JSON_TYPE);
        }
        return accepted(request, clusters.up(asked, Caller.of(request).name(), checked(key)));
    }

    @Get
    @ApiResponse(
            responseCode = "200",
            description = "all clusters, without asking for their machines",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ClusterList.class)))
    HttpResponse<?> list(HttpRequest<?> request) throws InterruptedException {
        var views = new ArrayList<ClusterView>();
        for (var cluster : clusters.list()) {
            views.add(ClusterView.of(cluster, Map.of(), clusters.newestOperation(cluster)));
        }
        return Accept.isText(request)
                ? HttpResponse.ok(ClusterText.list(views)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(new ClusterList(views)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    @Get("/{name}")
    @ApiResponse(
            responseCode = "200",
            description = "the cluster with its machines, and what its API says",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ClusterView.class)))
    HttpResponse<?> get(HttpRequest<?> request, String name) throws InterruptedException {
        var cluster = clusters.get(name);
        var view = ClusterView.of(
                cluster, machines.of(cluster), kubernetes.of(cluster), clusters.newestOperation(cluster));
        return Accept.isText(request)
                ? HttpResponse.ok(ClusterText.status(view)).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(view).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    /** The command by which root on the machine's host gets a shell in it, a word per line. */
    @Get("/{name}/machines/{hostName}/enter")
    @Produces(MediaType.TEXT_PLAIN)
    String enter(String name, String hostName) throws InterruptedException {
        var view = view(clusters.get(name));
        var machine = view.machines().stream()
                .filter(m -> m.hostName().equals(hostName))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("%s has no machine '%s'".formatted(name, hostName))
                        .asException());
        if (machine.enter().isEmpty()) {
            throw Problem.conflict("%s is %s".formatted(machine.name(), machine.power()), "'./clusterbox up' starts it")
                    .asException();
        }
        return String.join("\n", machine.enter()) + "\n";
    }

    /** Removes a cluster and everything that was made for it: 202 and an operation. */
    @Delete("/{name}")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> down(HttpRequest<?> request, String name, @Nullable @Header("Idempotency-Key") String key) {
        return accepted(request, clusters.down(name, Caller.of(request).name(), checked(key)));
    }

    /** Tries what a cluster must be able to do: 202 and an operation. */
    @Post("/{name}/smoke-test")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> smokeTest(HttpRequest<?> request, String name, @Nullable @Header("Idempotency-Key") String key) {
        return accepted(request, clusters.smokeTest(name, Caller.of(request).name(), checked(key)));
    }

    private ClusterView view(Cluster cluster) throws InterruptedException {
        return ClusterView.of(cluster, machines.of(cluster), clusters.newestOperation(cluster));
    }

    static HttpResponse<?> accepted(HttpRequest<?> request, Operation operation) {
        var location = URI.create("/v1/operations/" + operation.id());
        return Accept.isText(request)
                ? HttpResponse.accepted(location).body(operation.id() + "\n").contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.accepted(location).body(operation).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    static Optional<String> checked(@Nullable String key) {
        if (key != null && !KEY.matcher(key).matches()) {
            throw Problem.invalid(
                            "Idempotency-Key: not usable (expected: 1 to 100 printable characters)",
                            "for example a UUID")
                    .asException();
        }
        return Optional.ofNullable(key);
    }
}

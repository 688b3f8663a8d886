package dev.clusterbox.cluster;

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
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code up} would do, and doing exactly that. */
@Controller("/v1/clusters")
@ExecuteOn(TaskExecutors.BLOCKING)
@Consumes({MediaType.APPLICATION_JSON, "application/yaml", MediaType.APPLICATION_YAML})
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class PlanController {

    private static final Pattern HASH = Pattern.compile("\"?(?<hash>[0-9a-f]{64})\"?");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,100}");

    private final Clusters clusters;
    private final ClusterStore store;
    private final MachineStatus machines;
    private final ClusterBody bodies;

    PlanController(Clusters clusters, ClusterStore store, MachineStatus machines, ClusterBody bodies) {
        this.clusters = clusters;
        this.store = store;
        this.machines = machines;
        this.bodies = bodies;
    }

    /** Says what {@code POST /v1/clusters} with the same body would do now; nothing is done. */
    @Post("/plan")
    @ApiResponse(
            responseCode = "200",
            description = "the plan; its hash is also in ETag",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Plan.class)))
    HttpResponse<?> plan(HttpRequest<?> request, @Body String body) throws InterruptedException {
        var plan = plan(bodies.read(body, request.getContentType()));
        var response = Accept.isText(request)
                ? HttpResponse.ok(plan.text()).contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(plan).contentType(MediaType.APPLICATION_JSON_TYPE);
        return response.header("ETag", "\"%s\"".formatted(plan.hash()));
    }

    /** Does what was planned, if the plan would be the same now: the plan's hash is in {@code If-Match}. */
    @Post("/apply")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; 409 where the plan would be another one by now",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> apply(
            HttpRequest<?> request,
            @Body String body,
            @Nullable @Header("If-Match") String match,
            @Nullable @Header("Idempotency-Key") String key)
            throws InterruptedException {
        var hash = HASH.matcher(match == null ? "" : match);
        if (!hash.matches()) {
            throw Problem.invalid("If-Match: missing or not a plan's hash", "POST /v1/clusters/plan gives one")
                    .asException();
        }
        if (key != null && !KEY.matcher(key).matches()) {
            throw Problem.invalid("Idempotency-Key: not usable (expected: 1 to 100 printable characters)", "")
                    .asException();
        }
        var asked = bodies.read(body, request.getContentType());
        var by = Caller.of(request).name();
        var repeated = key == null ? Optional.<Operation>empty() : clusters.before(asked, by, key);
        if (repeated.isEmpty() && !plan(asked).hash().equals(hash.group("hash"))) {
            throw Problem.conflict("things have moved since this was planned", "look at a new plan and apply that")
                    .asException();
        }
        var operation = clusters.up(asked, by, Optional.ofNullable(key));
        var location = URI.create("/v1/operations/" + operation.id());
        return Accept.isText(request)
                ? HttpResponse.accepted(location).body(operation.id() + "\n").contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.accepted(location).body(operation).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private Plan plan(ClusterRequest asked) throws InterruptedException {
        var there = store.find(asked.clusterName().value())
                .filter(cluster -> cluster.network().isPresent());
        var planned = clusters.plan(asked);
        var statuses = there.isPresent() ? machines.of(there.get()) : Map.<String, MachineStatus.Status>of();
        var newest = there.flatMap(clusters::newestOperation);
        return Plan.of(asked, planned, there, statuses, newest);
    }
}

package dev.clusterbox.cluster;

import static dev.clusterbox.cluster.ClusterController.accepted;
import static dev.clusterbox.cluster.ClusterController.checked;

import dev.clusterbox.operation.Operation;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import org.jspecify.annotations.Nullable;

/** Changes of a cluster that is there: 202 and an operation each. */
@Controller("/v1/clusters/{name}")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class ClusterChangeController {

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final ClusterChanges changes;
    private final ClusterBody bodies;

    ClusterChangeController(ClusterChanges changes, ClusterBody bodies) {
        this.changes = changes;
        this.bodies = bodies;
    }

    /** Makes nodes, or drains and removes them, the last first. */
    @Patch
    @Consumes({MediaType.APPLICATION_JSON, MERGE_PATCH, "application/yaml"})
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> scale(
            HttpRequest<?> request,
            String name,
            @RequestBody(
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON,
                                        schema = @Schema(implementation = ChangeRequest.class)),
                                @Content(
                                        mediaType = MERGE_PATCH,
                                        schema = @Schema(implementation = ChangeRequest.class))
                            })
                    @Body
                    String body,
            @Nullable @Header("Idempotency-Key") String key)
            throws InterruptedException {
        var asked = bodies.readChange(body, request.getContentType());
        return accepted(
                request, changes.scale(name, asked.nodes(), Caller.of(request).name(), checked(key)));
    }

    /** Makes a machine anew under its name and address. */
    @Post("/machines/{hostName}/replace")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> replace(
            HttpRequest<?> request, String name, String hostName, @Nullable @Header("Idempotency-Key") String key) {
        return accepted(
                request, changes.replace(name, hostName, Caller.of(request).name(), checked(key)));
    }

    /** Switches all machines off, etcd last. What is on them stays. */
    @Post("/stop")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> stop(HttpRequest<?> request, String name, @Nullable @Header("Idempotency-Key") String key) {
        return accepted(request, changes.stop(name, Caller.of(request).name(), checked(key)));
    }

    /** Switches them on, and brings everything up as far as was asked for last. */
    @Post("/start")
    @ApiResponse(
            responseCode = "202",
            description = "the operation, under way; its address is in Location",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> start(HttpRequest<?> request, String name, @Nullable @Header("Idempotency-Key") String key) {
        return accepted(request, changes.start(name, Caller.of(request).name(), checked(key)));
    }
}

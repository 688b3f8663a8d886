package dev.clusterbox.cluster;

import dev.clusterbox.lock.Locks;
import dev.clusterbox.operation.Event;
import dev.clusterbox.operation.EventLog;
import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.OperationStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.storage.Database;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.InstantSource;

/** Ends operations early. */
@Controller("/v1/operations/{id}/cancel")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class CancelController {

    private final Database database;
    private final ClusterStore clusters;
    private final OperationStore operations;
    private final EventLog events;
    private final Locks locks;
    private final InstantSource clock;

    CancelController(
            Database database,
            ClusterStore clusters,
            OperationStore operations,
            EventLog events,
            Locks locks,
            InstantSource clock) {
        this.database = database;
        this.clusters = clusters;
        this.operations = operations;
        this.events = events;
        this.locks = locks;
        this.clock = clock;
    }

    /**
     * Lets no further step begin. What has begun goes on to its end; then the operation fails with a problem that says who
     * has cancelled it, and {@code up} or {@code down} go on from there.
     */
    @Post
    @ApiResponse(
            responseCode = "202",
            description = "the operation as it is now; 409 where it has ended",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Operation.class)))
    HttpResponse<?> cancel(HttpRequest<?> request, String id) {
        var by = Caller.of(request).name();
        var operation = operations
                .find(id)
                .orElseThrow(() -> Problem.notFound("there is no operation '%s'".formatted(id))
                        .asException());
        clusters.find(operation.cluster())
                .ifPresent(cluster -> locks.requireFree(cluster.uid(), cluster.name(), by));
        if (!operation.running()) {
            throw Problem.conflict("operation %s has ended".formatted(id), "there is nothing to cancel")
                    .asException();
        }
        var now = clock.instant();
        var message = "cancelled by %s: what has begun goes on to its end".formatted(by);
        database.transaction(t -> {
            if (operations.cancel(t, id, by, now)) {
                events.append(t, Event.of(operation, Event.OPERATION_CANCELLING, now, message));
            }
            return id;
        });
        events.announce();
        return Accept.isText(request)
                ? HttpResponse.accepted().body(message + "\n").contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.accepted().body(operation).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}

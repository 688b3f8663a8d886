package dev.clusterbox.operation;

import dev.clusterbox.operation.EventLog.Of;
import dev.clusterbox.problem.Problem;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** Operations and their events. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class OperationController {

    private static final String TSV = "text/tab-separated-values";

    private final OperationStore operations;
    private final EventStream events;

    OperationController(OperationStore operations, EventStream events) {
        this.operations = operations;
        this.events = events;
    }

    @Get("/operations/{id}")
    Operation get(String id) {
        return operations
                .find(id)
                .orElseThrow(() -> Problem.notFound("there is no operation '%s'".formatted(id))
                        .asException());
    }

    /** Server-sent events; {@code Last-Event-ID} goes on after that one. */
    @Get("/operations/{id}/events")
    @Produces(MediaType.TEXT_EVENT_STREAM)
    Publisher<io.micronaut.http.sse.Event<Event>> ofOperation(
            String id, @Nullable @Header("Last-Event-ID") Long lastEventId) {
        get(id);
        return serverSent(Of.OPERATION, id, lastEventId);
    }

    /** The same for terminals: a line of tab-separated fields for each event. */
    @Get("/operations/{id}/progress")
    @Produces(TSV)
    Publisher<byte[]> linesOfOperation(String id, @Nullable @Header("Last-Event-ID") Long lastEventId) {
        get(id);
        return events.after(
                Of.OPERATION,
                id,
                lastEventId == null ? 0 : lastEventId,
                event -> (event.line() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** All that happens to a cluster, over its operations; does not end. */
    @Get("/clusters/{name}/events")
    @Produces(MediaType.TEXT_EVENT_STREAM)
    Publisher<io.micronaut.http.sse.Event<Event>> ofCluster(
            String name, @Nullable @Header("Last-Event-ID") Long lastEventId) {
        if (!events.knows(Of.CLUSTER, name)) {
            throw Problem.notFound("there never was a cluster '%s'".formatted(name))
                    .asException();
        }
        return serverSent(Of.CLUSTER, name, lastEventId);
    }

    private Publisher<io.micronaut.http.sse.Event<Event>> serverSent(Of of, String name, @Nullable Long after) {
        return events.after(
                of,
                name,
                after == null ? 0 : after,
                event -> io.micronaut.http.sse.Event.of(event)
                        .id(Long.toString(event.id()))
                        .name(event.type()));
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.network.Label;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots over several machines of a provider. */
@Controller("/v1/snapshots")
@ExecuteOn(TaskExecutors.BLOCKING)
final class SnapshotController {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotController.class);

    private final ClusterSnapshots snapshots;

    SnapshotController(ClusterSnapshots snapshots) {
        this.snapshots = snapshots;
    }

    /** Of which machines, and what it is called. */
    @Serdeable
    record SnapshotRequest(
            @Nullable String provider,
            @Nullable String name,
            @Nullable List<String> machines) {}

    @Serdeable
    record SnapshotList(List<ClusterSnapshot> snapshots) {}

    /** Machines that run stand still for a moment, all at the same time. */
    @Post
    @Status(HttpStatus.CREATED)
    ClusterSnapshot take(HttpRequest<?> http, @Body SnapshotRequest request) throws InterruptedException {
        var taken = snapshots.take(
                Needed.field("provider", request.provider()),
                Label.parse("name", Needed.field("name", request.name())),
                Needed.field("machines", request.machines()).stream()
                        .map(MachineName::parse)
                        .toList());
        LOG.info("{} took the snapshot {} of {}", Caller.of(http).name(), taken.id(), taken.machines());
        return taken;
    }

    @Get
    SnapshotList list(@QueryValue String provider) throws InterruptedException {
        return new SnapshotList(snapshots.list(provider));
    }

    @Post("/{id}/restore")
    ClusterSnapshot restore(HttpRequest<?> http, String id, @QueryValue String provider) throws InterruptedException {
        var restored = snapshots.restore(provider, parse(id));
        LOG.info("{} restored the snapshot {} of {}", Caller.of(http).name(), id, restored.machines());
        return restored;
    }

    @Delete("/{id}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> http, String id, @QueryValue String provider) throws InterruptedException {
        snapshots.delete(provider, parse(id));
        LOG.info("{} deleted the snapshot {}", Caller.of(http).name(), id);
    }

    private static UUID parse(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.invalid("snapshot: '%s' (expected: its id, a UUID)".formatted(id), ""), e);
        }
    }
}

package dev.clusterbox.cluster;

import dev.clusterbox.lock.ClusterLock;
import dev.clusterbox.lock.Locks;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Accept;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Locks over REST. */
@Controller("/v1/clusters/{name}/lock")
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
final class LockController {

    private static final Pattern REASON = Pattern.compile("[^\\p{Cntrl}\\p{Cf}]{1,200}");
    private static final int USUAL_MINUTES = 60;

    /** A week: longer than anybody remembers. */
    private static final int MOST_MINUTES = 7 * 24 * 60;

    /**
     * What is asked for.
     *
     * @param minutes how long it lasts: 1 to 10080, usually 60
     * @param takeOver whether somebody else's lock is replaced
     */
    @Serdeable
    record LockRequest(
            @Nullable String reason,
            @Nullable Integer minutes,
            @Nullable Boolean takeOver) {}

    private final ClusterStore clusters;
    private final Locks locks;

    LockController(ClusterStore clusters, Locks locks) {
        this.clusters = clusters;
        this.locks = locks;
    }

    @Get
    @ApiResponse(
            responseCode = "200",
            description = "who has locked it; 404 where nobody has",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ClusterLock.class)))
    HttpResponse<?> get(HttpRequest<?> request, String name) {
        return answer(
                request,
                locks.on(clusters.get(name).uid())
                        .orElseThrow(() -> Problem.notFound("'%s' is not locked".formatted(name))
                                .asException()));
    }

    /** Keeps everybody else from changing the cluster: over REST, in Slack and with the launcher alike. */
    @Put
    @ApiResponse(
            responseCode = "200",
            description = "the caller's lock; 409 where somebody else has one and takeOver is not true",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ClusterLock.class)))
    HttpResponse<?> lock(HttpRequest<?> request, String name, @Body LockRequest asked) {
        var cluster = clusters.get(name);
        var reason = asked.reason() == null ? "" : asked.reason().strip();
        if (!REASON.matcher(reason).matches()) {
            throw Problem.invalid(
                            "reason: %d characters (expected: 1 to 200 on one line)".formatted(reason.length()),
                            "say why others should wait")
                    .asException();
        }
        var minutes = asked.minutes() == null ? USUAL_MINUTES : asked.minutes();
        if (minutes < 1 || minutes > MOST_MINUTES) {
            throw Problem.invalid("minutes: %d (expected: 1 to %d)".formatted(minutes, MOST_MINUTES), "")
                    .asException();
        }
        return answer(
                request,
                locks.take(
                        cluster.uid(),
                        name,
                        Caller.of(request).name(),
                        reason,
                        Duration.ofMinutes(minutes),
                        Boolean.TRUE.equals(asked.takeOver())));
    }

    /** Ends the caller's lock. */
    @Delete
    @ApiResponse(responseCode = "204", description = "it is not locked any more; 409 where somebody else has locked it")
    HttpResponse<?> unlock(HttpRequest<?> request, String name) {
        locks.release(clusters.get(name).uid(), name, Caller.of(request).name());
        return HttpResponse.noContent();
    }

    private static HttpResponse<?> answer(HttpRequest<?> request, ClusterLock lock) {
        return Accept.isText(request)
                ? HttpResponse.ok("locked by %s until %s: %s\n".formatted(lock.owner(), lock.expiresAt(), lock.reason()))
                        .contentType(MediaType.TEXT_PLAIN_TYPE)
                : HttpResponse.ok(lock).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}

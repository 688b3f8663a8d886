package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as the gateway tells it; only what the bot shows.
 *
 * @param operation the id of its newest operation
 */
@Serdeable
public record Cluster(
        String name,
        @Nullable String provider,
        @Nullable String kubernetes,
        @Nullable String subnet,
        State state,
        @Nullable List<Machine> machines,
        @Nullable SmokeTest smokeTest,
        @Nullable String operation) {

    /** Where it is in its life; {@code kind} says which of the others mean something. */
    @Serdeable
    public record State(
            String kind,
            @Nullable String step,
            @Nullable Integer done,
            @Nullable Integer total,
            @Nullable SentProblem problem) {}

    /** One of its machines. */
    @Serdeable
    public record Machine(
            String name,
            @Nullable String hostName,
            @Nullable String role,
            @Nullable String address,
            @Nullable String power,
            @Nullable String agent) {}

    /** What the newest smoke test has found. */
    @Serdeable
    public record SmokeTest(Instant at, @Nullable List<Check> checks) {}

    /** One thing that a cluster must be able to do. */
    @Serdeable
    public record Check(
            String name,
            boolean passed,
            @Nullable Double seconds,
            @Nullable String message) {}

    /** The answer to a question for all clusters. */
    @Serdeable
    record Listing(@Nullable List<Cluster> clusters) {}
}

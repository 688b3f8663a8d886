package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of {@code up}, {@code stop}, a smoke test and the like, as the gateway tells it. */
@Serdeable
public record Operation(
        String id,
        String cluster,
        Kind kind,
        @Nullable String through,
        State state,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable List<Step> steps,
        @Nullable SentProblem problem) {

    public enum Kind {
        UP,
        DOWN,
        SCALE,
        REPLACE,
        STOP,
        START,
        SMOKE_TEST
    }

    public enum State {
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    /** One step of it. */
    @Serdeable
    public record Step(
            String id,
            @Nullable String title,
            StepState state,
            @Nullable Double seconds,
            @Nullable String message) {}

    public enum StepState {
        PENDING,
        RUNNING,
        DONE,
        FAILED
    }

    public boolean ended() {
        return state != State.RUNNING;
    }
}

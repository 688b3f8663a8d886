package dev.clusterbox.operation;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Long-running work on a cluster (Google AIP-151): answered at once, watched by its events.
 *
 * @param through the step after which it stops; empty where it goes to the end
 * @param by the person or token that asked
 */
@Serdeable
public record Operation(
        String id,
        String cluster,
        Kind kind,
        Optional<String> through,
        String by,
        State state,
        Instant startedAt,
        Optional<Instant> endedAt,
        List<StepProgress> steps,
        Optional<Trouble> problem) {

    public enum Kind {
        UP,
        DOWN,
        SCALE,
        REPLACE,
        STOP,
        START,
        SMOKE_TEST;

        /** As a person asks for it: "smoke-test". */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public enum State {
        RUNNING,
        SUCCEEDED,
        FAILED
    }

    public boolean running() {
        return state == State.RUNNING;
    }

    public Operation with(StepProgress progress) {
        var changed = steps.stream()
                .map(step -> step.id().equals(progress.id()) ? progress : step)
                .toList();
        return new Operation(id, cluster, kind, through, by, state, startedAt, endedAt, changed, problem);
    }

    public Operation succeeded(Instant at) {
        return new Operation(
                id, cluster, kind, through, by, State.SUCCEEDED, startedAt, Optional.of(at), steps, Optional.empty());
    }

    /** Steps that ran beside the one that failed were interrupted, and are not done. */
    public Operation failed(Instant at, Trouble trouble) {
        var ended = steps.stream().map(StepProgress::interrupted).toList();
        return new Operation(
                id, cluster, kind, through, by, State.FAILED, startedAt, Optional.of(at), ended, Optional.of(trouble));
    }

    public StepProgress step(String stepId) {
        return steps.stream()
                .filter(step -> step.id().equals(stepId))
                .findFirst()
                .orElseThrow();
    }

    public boolean has(String stepId) {
        return steps.stream().anyMatch(step -> step.id().equals(stepId));
    }

    /** How many of its steps are done. */
    public int done() {
        return (int) steps.stream()
                .filter(step -> step.state() == StepProgress.State.DONE)
                .count();
    }
}

package dev.clusterbox.operation;

import io.micronaut.serde.annotation.Serdeable;

/** Where a step of an operation is. */
@Serdeable
public record StepProgress(String id, String title, State state, double seconds, String message) {

    public enum State {
        PENDING,
        RUNNING,
        DONE,
        FAILED
    }

    StepProgress interrupted() {
        return state == State.RUNNING ? new StepProgress(id, title, State.PENDING, seconds, message) : this;
    }

    public static StepProgress pending(String id, String title) {
        return new StepProgress(id, title, State.PENDING, 0, "");
    }
}

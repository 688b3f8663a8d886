package dev.clusterbox.operation;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that happened to an operation. Slack, the terminal and scripts all live from these.
 *
 * @param id rises by time over all events of this gateway
 * @param step the step's id; empty for events of the whole operation
 * @param done how many of the operation's steps are done
 * @param seconds how long the step, or the operation, has taken so far
 */
@Serdeable
public record Event(
        long id,
        Instant at,
        String cluster,
        String operation,
        String type,
        String step,
        String title,
        int done,
        int total,
        String message,
        double seconds,
        Optional<Trouble> problem) {

    public static final String OPERATION_STARTED = "operation-started";
    public static final String OPERATION_SUCCEEDED = "operation-succeeded";
    public static final String OPERATION_FAILED = "operation-failed";
    public static final String OPERATION_CANCELLING = "operation-cancelling";
    public static final String STEP_STARTED = "step-started";
    public static final String STEP_PROGRESS = "step-progress";
    public static final String STEP_DONE = "step-done";
    public static final String STEP_FAILED = "step-failed";

    /** An event of the whole operation. The log gives it its id. */
    public static Event of(Operation operation, String type, Instant at, String message) {
        return new Event(
                0,
                at,
                operation.cluster(),
                operation.id(),
                type,
                "",
                "",
                operation.done(),
                operation.steps().size(),
                message,
                seconds(operation.startedAt(), at),
                operation.problem());
    }

    /** An event of one of its steps. */
    public static Event of(Operation operation, String type, String stepId, Instant at, Optional<Trouble> problem) {
        var step = operation.step(stepId);
        return new Event(
                0,
                at,
                operation.cluster(),
                operation.id(),
                type,
                step.id(),
                step.title(),
                operation.done(),
                operation.steps().size(),
                step.message(),
                step.seconds(),
                problem);
    }

    Event numbered(long number) {
        return new Event(number, at, cluster, operation, type, step, title, done, total, message, seconds, problem);
    }

    /** No event of its operation comes after it. */
    public boolean last() {
        return type.equals(OPERATION_SUCCEEDED) || type.equals(OPERATION_FAILED);
    }

    /** One line for terminals: type, step, title, done, total, seconds, message, id, separated by tabs. */
    String line() {
        return String.join(
                "\t",
                type,
                step,
                title,
                Integer.toString(done),
                Integer.toString(total),
                // With a point, whatever the language of the gateway's host.
                String.format(Locale.ROOT, "%.1f", seconds),
                message.replaceAll("\\p{Cntrl}+", " "),
                Long.toString(id));
    }

    public static double seconds(Instant from, Instant to) {
        return java.time.Duration.between(from, to).toMillis() / 1000.0;
    }
}

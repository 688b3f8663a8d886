package dev.clusterbox.message;

import dev.clusterbox.gateway.Cluster.Check;
import dev.clusterbox.gateway.Cluster.SmokeTest;
import dev.clusterbox.gateway.Event;
import dev.clusterbox.gateway.Operation;
import dev.clusterbox.gateway.Operation.StepState;
import dev.clusterbox.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far an operation is: its beginning and all events since, folded into what a message shows.
 *
 * @param askedBy the Slack user's id
 * @param checks what a smoke test has found; empty until its end, and for every other operation
 * @param waiting why nothing can be heard at the moment
 */
public record Progress(
        String operation,
        String cluster,
        Operation.Kind kind,
        String title,
        String askedBy,
        Instant startedAt,
        List<Line> steps,
        List<Check> checks,
        Outcome outcome,
        Optional<String> waiting) {

    /** How it ended, if it did. */
    public sealed interface Outcome {}

    public record Running() implements Outcome {}

    public record Succeeded(Duration after) implements Outcome {}

    public record Failed(Problem problem, Duration after) implements Outcome {}

    /**
     * One step.
     *
     * @param detail how many machines are done, or what is waited for; empty where there is nothing to say
     */
    public record Line(String id, String title, StepState state, String detail, double seconds) {}

    public Progress {
        steps = List.copyOf(steps);
        checks = List.copyOf(checks);
    }

    public static Progress of(Operation operation, String askedBy, Instant now) {
        var through = operation.through();
        var verb = operation.kind().word();
        var title = verb + " " + operation.cluster() + (through == null ? "" : " through " + through);
        var started = operation.startedAt();
        var begun = new Progress(
                operation.id(),
                operation.cluster(),
                operation.kind(),
                title,
                askedBy,
                started == null ? now : started,
                lines(operation),
                List.of(),
                new Running(),
                Optional.empty());
        return operation.ended() ? begun.ended(operation, now) : begun;
    }

    /** Whether a whole Kubernetes was asked for, not only its first steps. */
    boolean isWholeUp() {
        return kind == Operation.Kind.UP && !title.contains(" through ");
    }

    /** The same with what a smoke test has found. The result of an earlier one says nothing of this one. */
    public Progress with(SmokeTest found) {
        var checks = found.checks();
        return checks == null || found.at().isBefore(startedAt)
                ? this
                : new Progress(operation, cluster, kind, title, askedBy, startedAt, steps, checks, outcome, waiting);
    }

    /** An unknown type of event is one of a newer gateway, and changes nothing. */
    public Progress with(Event event, Instant now) {
        var step = event.step();
        var heard = new Progress(
                operation, cluster, kind, title, askedBy, startedAt, steps, checks, outcome, Optional.empty());
        return switch (event.type()) {
            case "step-started" ->
                step == null || step.isEmpty() ? heard : heard.withStep(event, step, StepState.RUNNING);
            case "step-progress" ->
                step == null || step.isEmpty() ? heard : heard.withStep(event, step, StepState.RUNNING);
            case "step-done" -> step == null || step.isEmpty() ? heard : heard.withStep(event, step, StepState.DONE);
            case "step-failed" ->
                step == null || step.isEmpty() ? heard : heard.withStep(event, step, StepState.FAILED);
            case "operation-succeeded" -> heard.with(new Succeeded(took(event, now)));
            case "operation-failed" -> heard.with(new Failed(problem(event), took(event, now)));
            default -> heard;
        };
    }

    public Progress waiting(String because) {
        return new Progress(
                operation, cluster, kind, title, askedBy, startedAt, steps, checks, outcome, Optional.of(because));
    }

    /** The end, as the operation itself has it. */
    public Progress ended(Operation now, Instant at) {
        var end = now.endedAt();
        var after = between(startedAt, end == null ? at : end);
        var problem = now.problem();
        var outcome = switch (now.state()) {
            case RUNNING -> new Running();
            case SUCCEEDED -> new Succeeded(after);
            case FAILED ->
                new Failed(
                        problem == null ? Problem.failed("the gateway gave no reason", "") : problem.problem(), after);
        };
        return new Progress(
                operation, cluster, kind, title, askedBy, startedAt, lines(now), checks, outcome, Optional.empty());
    }

    /** The end of what can be told, whatever became of the operation. */
    public Progress lost(Problem problem, Instant now) {
        return with(new Failed(problem, between(startedAt, now)));
    }

    private Progress with(Outcome outcome) {
        return new Progress(
                operation, cluster, kind, title, askedBy, startedAt, steps, checks, outcome, Optional.empty());
    }

    private Progress withStep(Event event, String id, StepState state) {
        var lines = new ArrayList<>(steps);
        var index = 0;
        while (index < lines.size() && !lines.get(index).id().equals(id)) {
            index++;
        }
        var known = index < lines.size() ? lines.get(index) : new Line(id, id, StepState.PENDING, "", 0);
        var title = event.title();
        var message = event.message();
        var seconds = event.seconds();
        var line = new Line(
                id,
                title == null || title.isEmpty() ? known.title() : title,
                state,
                message == null ? "" : message,
                seconds == null ? known.seconds() : seconds);
        if (index < lines.size()) {
            lines.set(index, line);
        } else {
            lines.add(line);
        }
        return new Progress(operation, cluster, kind, title(), askedBy, startedAt, lines, checks, outcome, waiting);
    }

    private static Problem problem(Event event) {
        var problem = event.problem();
        if (problem != null) {
            return problem.problem();
        }
        var message = event.message();
        return Problem.failed(message == null ? "the gateway gave no reason" : message, "");
    }

    private Duration took(Event event, Instant now) {
        var seconds = event.seconds();
        return seconds == null ? between(startedAt, now) : Duration.ofMillis(Math.round(seconds * 1000));
    }

    /** Never negative: the gateway's clock may be ahead. */
    private static Duration between(Instant start, Instant end) {
        return end.isBefore(start) ? Duration.ZERO : Duration.between(start, end);
    }

    private static List<Line> lines(Operation operation) {
        var steps = operation.steps();
        if (steps == null) {
            return List.of();
        }
        return steps.stream()
                .map(step -> {
                    var title = step.title();
                    var message = step.message();
                    var seconds = step.seconds();
                    return new Line(
                            step.id(),
                            title == null ? step.id() : title,
                            step.state(),
                            message == null ? "" : message,
                            seconds == null ? 0 : seconds);
                })
                .toList();
    }
}

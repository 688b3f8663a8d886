package dev.clusterbox.agent.link;

import dev.clusterbox.agent.operation.Operation;
import dev.clusterbox.agent.operation.OperationParser;
import dev.clusterbox.agent.operation.Operations;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.Failure;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.ArrayList;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries commands out, one at a time, their operations in order. A newer command ends the one before it at its next
 * interruptible point and begins when that is over: two never run side by side, not even across connections.
 */
final class Work {

    private static final Logger LOG = Logger.getLogger(Work.class.getName());

    private final OperationParser parser;
    private @Nullable Thread current;

    Work(OperationParser parser) {
        this.parser = parser;
    }

    synchronized void take(Command command, Operations operations, Consumer<Outcome> outcomes) {
        var before = current;
        stop();
        current = Thread.ofPlatform().name("command").start(() -> {
            boolean newer = before != null && joined(before);
            if (!newer) {
                carryOut(command, operations, outcomes);
            }
        });
    }

    /** Asks what is under way to end, without waiting for it. */
    synchronized void stop() {
        if (current != null) {
            current.interrupt();
        }
    }

    /** Waits whatever comes, and says whether something did. */
    private static boolean joined(Thread before) {
        boolean interrupted = false;
        while (true) {
            try {
                before.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }

    private void carryOut(Command command, Operations operations, Consumer<Outcome> outcomes) {
        LOG.info(() -> "command %s: %d operations%s"
                .formatted(command.getId(), command.getOperationsCount(), command.getDryRun() ? ", dry run" : ""));
        var parsed = new ArrayList<Operation>();
        for (var wire : command.getOperationsList()) {
            // All are read before the first is carried out: a command with a forbidden part changes nothing.
            var outcome = outcome(command, parsed.size(), () -> {
                parsed.add(parser.parse(wire));
                return Outcome.newBuilder();
            });
            if (outcome.hasFailed()) {
                outcomes.accept(outcome);
                return;
            }
        }
        for (int i = 0; i < parsed.size(); i++) {
            var operation = parsed.get(i);
            var outcome = outcome(command, i, () -> wire(operations.carryOut(operation, command.getDryRun())));
            log(outcome);
            outcomes.accept(outcome);
            if (outcome.hasFailed()) {
                return;
            }
        }
    }

    private interface Attempt {
        Outcome.Builder run() throws InterruptedException;
    }

    private static Outcome outcome(Command command, int operation, Attempt attempt) {
        long start = System.nanoTime();
        Outcome.Builder result;
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            result = attempt.run();
        } catch (ProblemException e) {
            result = failed(e.problem());
        } catch (InterruptedException e) {
            result = failed(Problem.unavailable("ended before it was complete: a newer command came", ""));
        } catch (RuntimeException | StackOverflowError e) {
            var id = UUID.randomUUID().toString();
            LOG.log(Level.SEVERE, "bug " + id + " in operation " + operation + " of command " + command.getId(), e);
            result = failed(Problem.bug("clusterbox-agent on that machine", id));
        }
        return result.setCommand(command.getId())
                .setOperation(operation)
                .setMilliseconds((int) ((System.nanoTime() - start) / 1_000_000))
                .build();
    }

    private static Outcome.Builder failed(Problem problem) {
        return Outcome.newBuilder()
                .setFailed(Failure.newBuilder()
                        .setCode(problem.code().name())
                        .setMessage(problem.message())
                        .setHint(problem.hint()));
    }

    private static Outcome.Builder wire(dev.clusterbox.agent.operation.Outcome outcome) {
        return switch (outcome) {
            case dev.clusterbox.agent.operation.Outcome.Changed(var text, var equivalent) ->
                Outcome.newBuilder().setChanged(text).setEquivalent(equivalent);
            case dev.clusterbox.agent.operation.Outcome.Unchanged(var text) ->
                Outcome.newBuilder().setUnchanged(text);
        };
    }

    private static void log(Outcome outcome) {
        switch (outcome.getResultCase()) {
            case CHANGED -> LOG.info(outcome.getChanged());
            case UNCHANGED -> LOG.fine(outcome.getUnchanged());
            case FAILED -> LOG.warning(outcome.getFailed().getMessage());
            case RESULT_NOT_SET -> throw new IllegalStateException("an outcome has a result");
        }
    }
}

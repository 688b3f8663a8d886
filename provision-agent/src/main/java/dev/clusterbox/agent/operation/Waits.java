package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.operation.Operation.AwaitCommand;
import dev.clusterbox.agent.operation.Operation.AwaitPort;
import dev.clusterbox.agent.operation.Plan.Waiting;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Time that must pass until something has come true. Each has a sentence, and ends with the reason if it has not. */
final class Waits {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final CommandRunner commands;

    Waits(CommandRunner commands) {
        this.commands = commands;
    }

    Plan forPort(AwaitPort wanted) {
        return new Waiting(wanted.what(), () -> until(wanted.what(), wanted.timeout(), left -> connect(wanted, left)));
    }

    Plan forCommand(AwaitCommand wanted) {
        return new Waiting(wanted.what(), () -> until(wanted.what(), wanted.timeout(), left -> succeed(wanted, left)));
    }

    /** Empty when it has come true, else why not yet. */
    private interface Question {
        Optional<String> whyNot(Duration left) throws InterruptedException;
    }

    private static String until(String what, Duration timeout, Question question) throws InterruptedException {
        long start = System.nanoTime();
        var pause = FIRST_PAUSE;
        while (true) {
            var whyNot = question.whyNot(timeout.minusNanos(System.nanoTime() - start));
            var passed = Duration.ofNanos(System.nanoTime() - start);
            if (whyNot.isEmpty()) {
                return "waited %.1f s for %s".formatted(passed.toMillis() / 1000.0, what);
            }
            if (passed.plus(pause).compareTo(timeout) > 0) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "waited %d s for %s: %s".formatted(timeout.toSeconds(), what, whyNot.get()),
                                "look into the machine's journal: journalctl -b -p warning")
                        .asException();
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(3).dividedBy(2);
            pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        }
    }

    private static Optional<String> connect(AwaitPort wanted, Duration left) throws InterruptedException {
        try (var socket = new Socket()) {
            var within = left.compareTo(CONNECT) > 0 ? CONNECT : left;
            socket.connect(
                    new InetSocketAddress(wanted.address(), wanted.port()), (int) Math.max(1, within.toMillis()));
            return Optional.empty();
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return Optional.of(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
        }
    }

    private Optional<String> succeed(AwaitCommand wanted, Duration left) throws InterruptedException {
        var result = commands.run(new Command(wanted.argv(), false, left));
        if (result.succeeded()) {
            return Optional.empty();
        }
        var words = result.lastWords();
        return Optional.of(words.isEmpty() ? "exit code " + result.exitCode() : words);
    }
}

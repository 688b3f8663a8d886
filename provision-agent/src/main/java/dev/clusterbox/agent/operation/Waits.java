package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.operation.Operation.AwaitCommand;
import dev.clusterbox.agent.operation.Operation.AwaitPort;
import dev.clusterbox.agent.operation.Plan.Waiting;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.agent.systemd.Systemctl;
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
    private final Systemctl systemctl;

    Waits(CommandRunner commands, Systemctl systemctl) {
        this.commands = commands;
        this.systemctl = systemctl;
    }

    Plan forPort(AwaitPort wanted) {
        return new Waiting(
                wanted.what(),
                () -> until(wanted.what(), wanted.timeout(), watch(wanted.unit()), left -> connect(wanted, left)));
    }

    Plan forCommand(AwaitCommand wanted) {
        return new Waiting(
                wanted.what(),
                () -> until(wanted.what(), wanted.timeout(), watch(wanted.unit()), left -> succeed(wanted, left)));
    }

    private Optional<UnitWatch> watch(Optional<String> unit) {
        return unit.map(name -> new UnitWatch(systemctl, name));
    }

    /** Empty when it has come true, else why not yet. */
    private interface Question {
        Optional<String> whyNot(Duration left) throws InterruptedException;
    }

    private static String until(String what, Duration timeout, Optional<UnitWatch> watch, Question question)
            throws InterruptedException {
        long start = System.nanoTime();
        var pause = FIRST_PAUSE;
        while (true) {
            var whyNot = question.whyNot(timeout.minusNanos(System.nanoTime() - start));
            var passed = Duration.ofNanos(System.nanoTime() - start);
            var waited = "waited %.1f s for %s".formatted(passed.toMillis() / 1000.0, what);
            if (whyNot.isEmpty()) {
                return waited;
            }
            if (watch.isPresent()) {
                var end = watch.get().end();
                if (end.isPresent()) {
                    throw Problem.failed(
                                    "%s: %s".formatted(waited, end.get()),
                                    watch.get().hint())
                            .asException();
                }
            }
            if (passed.plus(pause).compareTo(timeout) > 0) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "waited %d s for %s: %s%s"
                                        .formatted(
                                                timeout.toSeconds(),
                                                what,
                                                whyNot.get(),
                                                watch.map(it -> "; " + it).orElse("")),
                                watch.map(UnitWatch::hint)
                                        .orElse("look into the machine's journal: journalctl -b -p warning"))
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
        if (!result.succeeded()) {
            // What it prints may be what nobody else is to read, where somebody asks for a part of it.
            var words = wanted.contains().isEmpty() ? result.lastWords() : result.complaint();
            return Optional.of(words.isEmpty() ? "exit code " + result.exitCode() : words);
        }
        // The answer was read as UTF-8, and what is none has become question marks: the rest of it can still be found.
        return result.stdout().contains(wanted.contains())
                ? Optional.empty()
                : Optional.of("it did not print '%s'".formatted(wanted.contains()));
    }
}

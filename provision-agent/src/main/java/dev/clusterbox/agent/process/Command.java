package dev.clusterbox.agent.process;

import java.time.Duration;
import java.util.List;

/**
 * A program and its arguments; never a shell line.
 *
 * @param toTheEnd whether it runs to its end although the caller is interrupted: a package manager that is stopped half
 *     way leaves a machine that a person must repair
 * @param limit after which it is ended, as a failure
 */
public record Command(List<String> argv, boolean toTheEnd, Duration limit) {

    private static final Duration LONG = Duration.ofHours(1);

    public Command {
        argv = List.copyOf(argv);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("argv: empty (expected: a program and its arguments)");
        }
    }

    public static Command of(String... argv) {
        return new Command(List.of(argv), false, LONG);
    }

    /** One that is not ended half way by an interrupt. */
    public static Command toTheEnd(String... argv) {
        return new Command(List.of(argv), true, LONG);
    }

    /** As a person would type it. */
    @Override
    public String toString() {
        return Shell.line(argv);
    }
}

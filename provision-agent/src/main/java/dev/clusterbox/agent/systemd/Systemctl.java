package dev.clusterbox.agent.systemd;

import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The only class that runs systemctl. It hides what that program does unlike others: asked for a unit that is not there it
 * succeeds, and when a start fails it says only where to look.
 */
public final class Systemctl {

    /** For the words of a unit in a message. The end of them is kept: a usage text comes before its error. */
    private static final int LONGEST = 500;

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final CommandRunner commands;

    public Systemctl(CommandRunner commands) {
        this.commands = commands;
    }

    public UnitState show(String unit) throws InterruptedException {
        var result = commands.run(
                Command.of("systemctl", "show", "--timestamp=unix", "-p", UnitState.PROPERTIES, "--", unit));
        if (!result.succeeded()) {
            throw Problem.failed(
                            "'systemctl show %s' failed: %s".formatted(unit, result.lastWords()),
                            "is systemd this machine's first process?")
                    .asException();
        }
        return UnitState.parse(result.stdout());
    }

    public void reload() throws InterruptedException {
        run(Command.of("systemctl", "daemon-reload"));
    }

    public void resetFailed(String unit) throws InterruptedException {
        run(Command.of("systemctl", "reset-failed", "--", unit));
    }

    /** Links beyond those to targets, as an alias asks for. */
    public void enable(String unit) throws InterruptedException {
        run(Command.of("systemctl", "enable", "--", unit));
    }

    public void disableAndStop(String unit) throws InterruptedException {
        run(Command.of("systemctl", "disable", "--now", "--", unit));
    }

    public void stop(String unit) throws InterruptedException {
        run(Command.of("systemctl", "stop", "--", unit));
    }

    /** @param background returns when systemd has taken the order, not when the unit is up */
    public void start(String unit, boolean background) throws InterruptedException {
        startOr("start", unit, background);
    }

    /** @param background returns when systemd has taken the order, not when the unit is up again */
    public void restart(String unit, boolean background) throws InterruptedException {
        startOr("restart", unit, background);
    }

    private void startOr(String verb, String unit, boolean background) throws InterruptedException {
        var result = commands.run(
                background
                        ? Command.of("systemctl", verb, "--no-block", "--", unit)
                        : Command.of("systemctl", verb, "--", unit));
        if (!result.succeeded()) {
            throw Problem.failed(
                            "%s did not start: %s".formatted(unit, stateAndWords(unit)),
                            "on the machine: journalctl -b -u " + unit)
                    .asException();
        }
    }

    private String stateAndWords(String unit) throws InterruptedException {
        var state = show(unit);
        var words = lastWords(unit);
        return words.isEmpty() ? state.toString() : "%s: %s".formatted(state, words);
    }

    /**
     * What the unit said last, which is most often why. First of all its own words: after each crash systemd adds several
     * lines that say no more than that.
     */
    public String lastWords(String unit) throws InterruptedException {
        var own = journal("_SYSTEMD_UNIT=" + unit);
        return own.isEmpty() ? journal("-u", unit) : own;
    }

    private String journal(String... of) throws InterruptedException {
        var argv = new ArrayList<>(List.of("journalctl", "-b", "-q", "-n", "5", "-o", "cat"));
        argv.addAll(List.of(of));
        var result = commands.run(new Command(argv, false, ANSWER));
        var words = result.succeeded()
                ? result.stdout().strip().replaceAll("\\s*\\n\\s*", "; ").replaceAll("\\p{Cntrl}", " ")
                : "";
        return words.length() > LONGEST ? "…" + words.substring(words.length() - LONGEST) : words;
    }

    private void run(Command command) throws InterruptedException {
        var result = commands.run(command);
        if (!result.succeeded()) {
            throw Problem.failed(
                            "'%s' failed (exit code %d): %s".formatted(command, result.exitCode(), result.lastWords()),
                            "run the same command on the machine")
                    .asException();
        }
    }
}

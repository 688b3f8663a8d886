package dev.clusterbox.agent.systemd;

import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;

/**
 * The only class that runs systemctl. It hides what that program does unlike others: asked for a unit that is not there it
 * succeeds, and when a start fails it says only where to look.
 */
public final class Systemctl {

    private final CommandRunner commands;

    public Systemctl(CommandRunner commands) {
        this.commands = commands;
    }

    public UnitState show(String unit) throws InterruptedException {
        var result = commands.run(Command.of("systemctl", "show", "-p", UnitState.PROPERTIES, "--", unit));
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

    public void start(String unit) throws InterruptedException {
        startOr("start", unit);
    }

    public void restart(String unit) throws InterruptedException {
        startOr("restart", unit);
    }

    private void startOr(String verb, String unit) throws InterruptedException {
        var result = commands.run(Command.of("systemctl", verb, "--", unit));
        if (!result.succeeded()) {
            throw Problem.failed(
                            "%s did not start: %s".formatted(unit, journal(unit)),
                            "on the machine: journalctl -b -u " + unit)
                    .asException();
        }
    }

    /** What the unit said last, which is most often why. */
    private String journal(String unit) throws InterruptedException {
        var state = show(unit);
        var result = commands.run(Command.of("journalctl", "-b", "-q", "-n", "3", "-o", "cat", "-u", unit));
        var words = result.succeeded() ? result.stdout().strip().replaceAll("\\s*\\n\\s*", "; ") : "";
        return words.isEmpty() ? state.toString() : "%s: %s".formatted(state, words);
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

package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;

/** What a program said and how it ended. */
public record CommandResult(Command command, int exitCode, String stdout, String stderr) {

    public boolean succeeded() {
        return exitCode == 0;
    }

    /** Returns what was printed; a failure becomes a problem with the program's own words. */
    public String orFail() {
        if (succeeded()) {
            return stdout;
        }
        throw Problem.failed(
                        "'%s' failed (exit code %d): %s".formatted(command, exitCode, stderr.strip()),
                        "run the same command on the host")
                .asException();
    }
}

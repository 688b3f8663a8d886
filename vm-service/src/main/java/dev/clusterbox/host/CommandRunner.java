package dev.clusterbox.host;

import java.util.function.Consumer;

/** Where commands are run: on this host, or on one that is reached from it. */
public interface CommandRunner {

    /** Runs to the end. A non-zero exit code is a result; not being able to run at all is a problem. */
    default CommandResult run(Command command) throws InterruptedException {
        return run(command, _ -> {});
    }

    /**
     * Runs to the end.
     *
     * @param progress sees each line of the standard error as it comes
     */
    CommandResult run(Command command, Consumer<String> progress) throws InterruptedException;
}

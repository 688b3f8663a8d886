package dev.clusterbox.agent.process;

/** The machine as one that runs commands. */
public interface CommandRunner {

    /** Runs to the end. A non-zero exit code is a result; not being able to run at all is a problem. */
    CommandResult run(Command command) throws InterruptedException;
}

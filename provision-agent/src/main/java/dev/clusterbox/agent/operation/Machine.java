package dev.clusterbox.agent.operation;

import java.nio.file.Path;
import java.time.InstantSource;

/**
 * The machine that operations work on.
 *
 * @param root {@code /}, except in tests
 * @param sharedKernel whether the kernel is the host's: then nothing of it is set from here
 */
public record Machine(Path root, boolean sharedKernel, InstantSource clock) {

    /** What the agent remembers. */
    Path state() {
        return root.resolve("var/lib/clusterbox/agent");
    }

    Path at(String absolute) {
        return root.resolve(absolute.substring(1));
    }
}

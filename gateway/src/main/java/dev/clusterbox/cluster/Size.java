package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;

/** How big a machine is. */
@Serdeable
public record Size(int cpus, int memoryMiB) {

    private static final int MOST_CPUS = 64;
    private static final int LEAST_MEMORY = 128;
    private static final int MOST_MEMORY = 1_048_576;

    public Size {
        check("cpus", cpus, 1, MOST_CPUS);
        check("memoryMiB", memoryMiB, LEAST_MEMORY, MOST_MEMORY);
    }

    static void check(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw Problem.invalid("%s: %d (expected: %d to %d)".formatted(field, value, least, most), "")
                    .asException();
        }
    }
}

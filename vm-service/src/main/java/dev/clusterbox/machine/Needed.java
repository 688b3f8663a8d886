package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import org.jspecify.annotations.Nullable;

/** Fields of a request that must be there. */
final class Needed {

    private Needed() {}

    static <T> T field(String name, @Nullable T value) {
        if (value == null) {
            throw Problem.invalid("%s is missing".formatted(name), "").asException();
        }
        return value;
    }
}

package dev.clusterbox.operation;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;

/** A {@link Problem} as it is kept and shown. */
@Serdeable
public record Trouble(Problem.Code code, String message, String hint) {

    public static Trouble of(Problem problem) {
        return new Trouble(problem.code(), problem.message(), problem.hint());
    }

    @Override
    public String toString() {
        return new Problem(code, message, hint).toString();
    }
}

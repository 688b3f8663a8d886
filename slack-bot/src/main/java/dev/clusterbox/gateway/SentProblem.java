package dev.clusterbox.gateway;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * A problem as the gateway writes it: {@code message} within operations and events, {@code detail} where it is the whole
 * answer (RFC 9457).
 */
@Serdeable
public record SentProblem(
        @Nullable String code,
        @Nullable String message,
        @Nullable String detail,
        @Nullable String hint) {

    /** Returns what the gateway meant. An unknown code comes from a newer gateway: the words still count. */
    public Problem problem() {
        var text = message != null ? message : detail;
        return new Problem(known(code), text == null ? "the gateway gave no reason" : text, hint == null ? "" : hint);
    }

    private static Code known(@Nullable String name) {
        for (var code : Code.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return Code.FAILED;
    }
}

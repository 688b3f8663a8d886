package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/** Something that happened in an operation. */
@Serdeable
public record Event(
        String type,
        @Nullable String step,
        @Nullable String title,
        @Nullable Integer done,
        @Nullable Integer total,
        @Nullable String message,
        @Nullable Double seconds,
        @Nullable SentProblem problem) {

    /** Whether nothing comes after it. */
    boolean isLast() {
        return type.equals("operation-succeeded") || type.equals("operation-failed");
    }
}

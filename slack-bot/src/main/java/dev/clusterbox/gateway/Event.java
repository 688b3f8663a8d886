package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in an operation; only what the bot shows.
 *
 * @param step the step's id; empty or missing where the event is one of the whole operation, and so is its title
 */
@Serdeable
public record Event(
        String type,
        @Nullable String step,
        @Nullable String title,
        @Nullable String message,
        @Nullable Double seconds,
        @Nullable SentProblem problem) {

    /** Whether nothing comes after it. */
    boolean isLast() {
        return type.equals("operation-succeeded") || type.equals("operation-failed");
    }
}

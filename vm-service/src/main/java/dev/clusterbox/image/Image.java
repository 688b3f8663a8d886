package dev.clusterbox.image;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * The root file system that machines share, with the agent inside.
 *
 * @param id names its content; only what is ready has one
 * @param progress what is being done, or what can be done, as a sentence
 * @param downloadMiB about how much building it downloads
 */
@Serdeable
public record Image(
        State state,
        @Nullable String id,
        String progress,
        int downloadMiB,
        @Nullable Failure problem) {

    /** @param problem why it could not be built; nothing if that is not so */
    public static Image of(
            State state, @Nullable String id, String progress, int downloadMiB, @Nullable Problem problem) {
        return new Image(state, id, progress, downloadMiB, problem == null ? null : Failure.of(problem));
    }

    /** How far it is. */
    public enum State {
        ABSENT,
        BUILDING,
        READY,
        FAILED
    }

    /** Why it could not be built. */
    @Serdeable
    public record Failure(String code, String message, String hint) {

        static Failure of(Problem problem) {
            return new Failure(problem.code().name(), problem.message(), problem.hint());
        }
    }
}

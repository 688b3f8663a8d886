package dev.clusterbox.problem;

import java.time.Duration;
import java.util.Optional;

/** An expected failure: it is shown to the person who asked. Any other exception is a bug. */
public final class ProblemException extends RuntimeException {

    private final Problem problem;
    private final Optional<Duration> retryAfter;

    public ProblemException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
        this.retryAfter = Optional.empty();
    }

    /** @param retryAfter when it may be asked for again */
    public ProblemException(Problem problem, Duration retryAfter) {
        super(problem.toString());
        this.problem = problem;
        this.retryAfter = Optional.of(retryAfter);
    }

    public ProblemException(Problem problem, Throwable cause) {
        super(problem.toString(), cause);
        this.problem = problem;
        this.retryAfter = Optional.empty();
    }

    public Problem problem() {
        return problem;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}

package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.github.bucket4j.Bucket;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many requests came with each token. As many as a minute has may come at once; after that they come back evenly. */
@Singleton
final class RateLimits {

    private final Map<Limit, Bucket> buckets = new ConcurrentHashMap<>();

    /** @throws ProblemException with the time after which there is room again */
    void take(String token, int perMinute) {
        var bucket = buckets.computeIfAbsent(
                new Limit(token, perMinute),
                limit -> Bucket.builder()
                        .addLimit(it -> it.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
        var taken = bucket.tryConsumeAndReturnRemaining(1);
        if (!taken.isConsumed()) {
            throw new ProblemException(
                    new Problem(
                            Code.TOO_MANY,
                            "more than %d requests a minute with the token '%s'".formatted(perMinute, token),
                            "wait as long as the header Retry-After says"),
                    Duration.ofNanos(taken.getNanosToWaitForRefill()));
        }
    }

    /** A limit that was changed begins anew. */
    private record Limit(String token, int perMinute) {}
}

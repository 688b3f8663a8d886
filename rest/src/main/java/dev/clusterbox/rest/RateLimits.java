package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How much came from whom. As much as a minute has may come at once; after that there is room again evenly. */
@Singleton
public final class RateLimits {

    /** Strangers have any number of addresses. Who has all of its room left is forgotten without loss. */
    private static final int MOST = 10_000;

    private final Map<Limit, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * @param what is counted, and of whom: "requests with the token 'demo'"
     * @throws ProblemException with the time after which there is room again
     */
    public void take(String what, int perMinute) {
        refuse(bucket(what, perMinute).tryConsumeAndReturnRemaining(1), what, perMinute);
    }

    /** The same where nothing is counted yet. */
    public void requireRoom(String what, int perMinute) {
        var bucket = buckets.get(new Limit(what, perMinute));
        if (bucket != null && bucket.getAvailableTokens() == 0) {
            refuse(bucket.tryConsumeAndReturnRemaining(1), what, perMinute);
        }
    }

    private Bucket bucket(String what, int perMinute) {
        if (buckets.size() >= MOST) {
            buckets.entrySet().removeIf(entry -> entry.getValue().getAvailableTokens() == entry.getKey().perMinute);
        }
        return buckets.computeIfAbsent(
                new Limit(what, perMinute),
                limit -> Bucket.builder()
                        .addLimit(it -> it.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
    }

    private static void refuse(ConsumptionProbe probe, String what, int perMinute) {
        if (!probe.isConsumed()) {
            throw new ProblemException(
                    new Problem(
                            Code.TOO_MANY,
                            "more than %d %s in a minute".formatted(perMinute, what),
                            "wait as long as the header Retry-After says"),
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    /** A limit that was changed begins anew. */
    private record Limit(String what, int perMinute) {}
}

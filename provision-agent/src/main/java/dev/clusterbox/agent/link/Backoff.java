package dev.clusterbox.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: short at first, then longer, never the same for two machines that lost the gateway together. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final RandomGenerator random;
    private Duration next = FIRST;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** Between a half and the whole of what it would be without chance. */
    Duration next() {
        var whole = next;
        var doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return Duration.ofNanos((long) (whole.toNanos() * (0.5 + random.nextDouble() / 2)));
    }

    void reset() {
        next = FIRST;
    }
}

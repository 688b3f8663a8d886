package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;

/** What the smoke test has found. */
@Serdeable
public record SmokeTestResult(Instant at, double seconds, List<Check> checks) {

    /**
     * One thing that a cluster must be able to do.
     *
     * @param message what was seen, or why it failed
     */
    @Serdeable
    public record Check(String name, boolean passed, double seconds, String message) {}

    public boolean passed() {
        return checks.stream().allMatch(Check::passed);
    }
}

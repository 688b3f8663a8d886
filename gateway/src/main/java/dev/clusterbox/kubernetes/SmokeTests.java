package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.SmokeTestResult;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** What a cluster must be able to do, tried. */
@Singleton
public final class SmokeTests {

    public SmokeTestResult run(Cluster cluster, Consumer<String> say) {
        say.accept(cluster.name());
        return new SmokeTestResult(java.time.Instant.now(), 0, java.util.List.of());
    }
}

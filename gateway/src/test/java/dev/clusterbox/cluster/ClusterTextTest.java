package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.SmokeTestResult.Check;
import dev.clusterbox.fixture.Clusters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Clusters on a terminal. */
final class ClusterTextTest {

    private static String status(Cluster cluster) {
        return ClusterText.status(ClusterView.of(cluster, Map.of(), Optional.empty()));
    }

    @Test
    void a_cluster_that_was_tested_shows_what_was_found() {
        var result = new SmokeTestResult(
                Instant.parse("2026-11-22T20:10:08.5Z"), 12.34, List.of(new Check("logs", true, 0.4, "2 lines")));
        var text = status(Clusters.tutorial()
                .servedAt("https://192.168.26.10:6443")
                .with(result)
                .with(new ClusterState.Ready("https://192.168.26.10:6443")));

        assertTrue(text.startsWith("demo: ready, Kubernetes 1.36 on nspawn, 192.168.26.0/24\n"), text);
        assertTrue(text.contains("\nSmoke test: passed on 2026-11-22T20:10:08Z in 12.3 s\n  logs "), text);
        assertTrue(text.contains(" ok       0.4 s  2 lines\n"), text);
        assertTrue(text.contains("\nAPI: https://192.168.26.10:6443\n"), text);
    }

    @Test
    void a_cluster_without_kubernetes_shows_none_of_it() {
        var text = status(Clusters.tutorial());

        assertTrue(text.startsWith("demo: requested, "), text);
        assertTrue(!text.contains("Smoke test") && !text.contains("API:"), text);
    }
}

package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The nodes as Kubernetes sees them. */
@Singleton
public final class Nodes {

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Kubernetes kubernetes;
    private final Duration patience;

    @Inject
    Nodes(Kubernetes kubernetes) {
        this(kubernetes, Duration.ofMinutes(3));
    }

    Nodes(Kubernetes kubernetes, Duration patience) {
        this.kubernetes = kubernetes;
        this.patience = patience;
    }

    /**
     * Returns when all nodes of the plan are ready.
     *
     * @throws ProblemException if they are not in time, with the reason that each of them gives
     */
    public void awaitReady(Cluster cluster, Consumer<String> say) throws InterruptedException {
        var wanted = cluster.nodes(Role.NODE);
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            var missing = missing(cluster);
            say.accept("%d of %d nodes ready".formatted(wanted.size() - missing.size(), wanted.size()));
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw late(missing).asException();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** By name, those that are not ready, and why. */
    private Map<String, String> missing(Cluster cluster) throws InterruptedException {
        var missing = new TreeMap<String, String>();
        cluster.nodes(Role.NODE).forEach(node -> missing.put(node.hostName(), "has not registered"));
        if (missing.isEmpty()) {
            return missing;
        }
        try {
            var client = kubernetes.client(cluster);
            // Version 0: what the API server has in memory is new enough.
            var fromMemory = new ListOptionsBuilder().withResourceVersion("0").build();
            for (var node : Api.call("list nodes", () -> client.nodes().list(fromMemory))
                    .getItems()) {
                missing.computeIfPresent(
                        node.getMetadata().getName(), (name, _) -> whyNot(node).orElse(null));
            }
        } catch (ProblemException e) {
            if (e.problem().code() != Code.UNAVAILABLE) {
                throw e;
            }
            missing.replaceAll((name, _) -> e.problem().message());
        }
        return missing;
    }

    private static Optional<String> whyNot(Node node) {
        var ready = ready(node);
        if (ready.filter(condition -> condition.getStatus().equals("True")).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(ready.map(NodeCondition::getMessage)
                .map(Api::shown)
                .filter(message -> !message.isEmpty())
                .orElse("has registered and reports nothing"));
    }

    static Optional<NodeCondition> ready(Node node) {
        return Optional.ofNullable(node.getStatus()).stream()
                .flatMap(status -> status.getConditions().stream())
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst();
    }

    private Problem late(Map<String, String> missing) {
        return new Problem(
                Code.TIMED_OUT,
                "waited %d s for nodes: %s"
                        .formatted(
                                patience.toSeconds(),
                                missing.entrySet().stream()
                                        .map(node -> node.getKey() + ": " + node.getValue())
                                        .collect(Collectors.joining("; "))),
                "'./clusterbox ssh' into %s and look at 'journalctl -u kubelet'"
                        .formatted(missing.keySet().iterator().next()));
    }
}

package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties nodes as {@code kubectl drain} does: no new pods come, and those that are there are evicted, which the API refuses
 * as long as a disruption budget would not be kept.
 */
@Singleton
public final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** From the start of a controller until its API answers. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Kubernetes kubernetes;
    private final NodeObjects objects;
    private final Duration limit;

    /** @param limit how long it may take until all pods are gone */
    Drain(Kubernetes kubernetes, NodeObjects objects, @Value("${clusterbox.drain.limit:5m}") Duration limit) {
        this.kubernetes = kubernetes;
        this.objects = objects;
        this.limit = limit;
    }

    /**
     * Returns when there is nothing left on the nodes but what belongs to a node.
     *
     * @throws ProblemException if a pod would be lost for good, or they are not empty in time, with the reason that each pod has
     */
    public void drain(Cluster cluster, List<Node> nodes, Consumer<String> say) throws InterruptedException {
        var client = kubernetes.client(cluster);
        var there = patiently(() -> closed(client, nodes));
        long deadline = System.nanoTime() + limit.toNanos();
        var left = evict(client, there);
        while (!left.isEmpty()) {
            say.accept("%d pods to go: %s".formatted(left.size(), left.getFirst()));
            if (System.nanoTime() > deadline) {
                throw late(there, left).asException();
            }
            Thread.sleep(PAUSE);
            left = evict(client, there);
        }
        say.accept("%s empty".formatted(names(there)));
    }

    /** Lets pods come again to nodes that were to be emptied, as far as the API is there to be told. */
    public void takeBack(Cluster cluster, List<Node> nodes) throws InterruptedException {
        try {
            var client = kubernetes.client(cluster);
            for (var node : nodes) {
                objects.uncordon(client, node);
            }
        } catch (ProblemException e) {
            LOG.warn("{}: {} may still take no pods: {}", cluster.name(), names(nodes), e.problem());
        }
    }

    /** The API may just be starting. */
    private static <T> T patiently(Supplier<T> call) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.get();
            } catch (ProblemException e) {
                if (e.problem().code() != Code.UNAVAILABLE || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    /** Those that Kubernetes knows; no new pods come to them any more. */
    private List<Node> closed(KubernetesClient client, List<Node> nodes) {
        var there = nodes.stream()
                .filter(node -> objects.find(client, node).isPresent())
                .toList();
        refuseLoss(client, there);
        there.forEach(node -> objects.cordon(client, node));
        return there;
    }

    private void refuseLoss(KubernetesClient client, List<Node> nodes) {
        var lost = nodes.stream()
                .flatMap(node -> pods(client, node).stream())
                .filter(DrainedPods::nobodyMakesAgain)
                .map(DrainedPods::shown)
                .toList();
        if (!lost.isEmpty()) {
            throw Problem.conflict(
                            "nobody would make these pods again: " + String.join(", ", lost),
                            "delete them, or let a Deployment or Job make them")
                    .asException();
        }
    }

    /** Why each pod that is still there is still there. An API that does not answer for a moment is a reason, too. */
    private List<String> evict(KubernetesClient client, List<Node> nodes) {
        try {
            return evictAll(client, nodes);
        } catch (ProblemException e) {
            if (e.problem().code() != Code.UNAVAILABLE) {
                throw e;
            }
            return List.of(e.problem().message());
        }
    }

    private List<String> evictAll(KubernetesClient client, List<Node> nodes) {
        var left = new ArrayList<String>();
        for (var node : nodes) {
            boolean answers = objects.isReady(client, node);
            for (var pod : pods(client, node)) {
                if (!DrainedPods.isLeaving(pod)) {
                    left.add("%s on %s: %s"
                            .formatted(DrainedPods.shown(pod), node.hostName(), DrainedPods.evict(client, pod)));
                } else if (answers) {
                    left.add("%s on %s: is ending".formatted(DrainedPods.shown(pod), node.hostName()));
                }
            }
        }
        return left;
    }

    private static List<Pod> pods(KubernetesClient client, Node node) {
        return Api.call(
                        "list the pods of " + node.hostName(),
                        () -> client.pods()
                                .inAnyNamespace()
                                .withField("spec.nodeName", node.hostName())
                                .list())
                .getItems()
                .stream()
                .filter(pod -> !DrainedPods.belongsToNode(pod))
                .toList();
    }

    private Problem late(List<Node> nodes, List<String> left) {
        return new Problem(
                Code.TIMED_OUT,
                "waited %d s for %s to be empty: %s"
                        .formatted(limit.toSeconds(), names(nodes), String.join("; ", left)),
                "nothing was removed; more replicas, or a disruption budget that allows for it, let them go");
    }

    private static String names(List<Node> nodes) {
        return nodes.stream().map(Node::hostName).collect(Collectors.joining(", "));
    }
}

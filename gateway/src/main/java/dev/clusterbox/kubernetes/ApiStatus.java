package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.KubernetesStatus;
import dev.clusterbox.problem.ProblemException;
import io.fabric8.kubernetes.api.model.ComponentCondition;
import io.fabric8.kubernetes.api.model.ComponentStatus;
import io.fabric8.kubernetes.api.model.Node;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the API, for two seconds at most. */
@Singleton
final class ApiStatus implements KubernetesStatus {

    private static final Logger LOG = LoggerFactory.getLogger(ApiStatus.class);

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Kubernetes kubernetes;

    ApiStatus(Kubernetes kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** A list, or why there is none. */
    private record Answer<T>(List<T> list, Optional<String> problem) {}

    @Override
    public Optional<View> of(Cluster cluster) throws InterruptedException {
        if (!cluster.hasControlPlane()) {
            return Optional.empty();
        }
        // Not closed: that would wait for what has been cancelled.
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        try {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            var nodes = executor.submit(() -> nodes(cluster));
            var components = executor.submit(() -> components(cluster));
            var nodesAnswer = answer(nodes, deadline);
            var componentsAnswer = answer(components, deadline);
            return Optional.of(new View(
                    nodesAnswer.list, componentsAnswer.list, nodesAnswer.problem.or(() -> componentsAnswer.problem)));
        } finally {
            executor.shutdownNow();
        }
    }

    private static <T> Answer<T> answer(Future<List<T>> future, long deadline) throws InterruptedException {
        try {
            return new Answer<>(
                    future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS), Optional.empty());
        } catch (TimeoutException e) {
            future.cancel(true);
            return new Answer<>(
                    List.of(), Optional.of("the API does not answer within %d s".formatted(LIMIT.toSeconds())));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProblemException expected) {
                return new Answer<>(List.of(), Optional.of(expected.problem().message()));
            }
            LOG.warn("the status of a cluster", e.getCause());
            return new Answer<>(List.of(), Optional.of("the API's answer makes no sense"));
        }
    }

    private List<NodeView> nodes(Cluster cluster) throws InterruptedException {
        var client = kubernetes.client(cluster);
        return Api.call("list nodes", () -> client.nodes().list()).getItems().stream()
                .map(ApiStatus::view)
                .sorted(Comparator.comparing(NodeView::name))
                .toList();
    }

    private static NodeView view(Node node) {
        return new NodeView(
                Api.shown(node.getMetadata().getName()),
                Nodes.ready(node)
                        .filter(condition -> condition.getStatus().equals("True"))
                        .isPresent(),
                Optional.ofNullable(node.getStatus())
                        .flatMap(status -> Optional.ofNullable(status.getNodeInfo()))
                        .map(info -> Api.shown(info.getKubeletVersion()))
                        .orElse(""),
                Instant.parse(node.getMetadata().getCreationTimestamp()));
    }

    private List<ComponentView> components(Cluster cluster) throws InterruptedException {
        var client = kubernetes.client(cluster);
        return Api.call(
                        "list component statuses",
                        () -> client.componentstatuses().list())
                .getItems()
                .stream()
                .map(ApiStatus::view)
                .sorted(Comparator.comparing(ComponentView::name))
                .toList();
    }

    private static ComponentView view(ComponentStatus component) {
        var healthy = component.getConditions().stream()
                .filter(condition -> condition.getType().equals("Healthy"))
                .findFirst();
        return new ComponentView(
                component.getMetadata().getName(),
                healthy.filter(condition -> condition.getStatus().equals("True"))
                        .isPresent(),
                healthy.map(ApiStatus::words).orElse("says nothing"));
    }

    private static String words(ComponentCondition condition) {
        var error = Optional.ofNullable(condition.getError()).orElse("");
        var message = Optional.ofNullable(condition.getMessage()).orElse("");
        return Api.shown(error.isBlank() ? message : error);
    }
}

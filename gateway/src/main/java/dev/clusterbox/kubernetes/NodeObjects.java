package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import jakarta.inject.Singleton;
import java.net.HttpURLConnection;
import java.util.Optional;

/** What a cluster's API has of its nodes. Where it has nothing of one, all is well. */
@Singleton
public final class NodeObjects {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final Kubernetes kubernetes;

    NodeObjects(Kubernetes kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** What is left of its pods is collected by Kubernetes then. */
    public void delete(Cluster cluster, dev.clusterbox.cluster.Node node) throws InterruptedException {
        var client = kubernetes.client(cluster);
        Api.call(
                "delete node " + node.hostName(),
                () -> client.nodes().withName(node.hostName()).delete());
    }

    Optional<Node> find(KubernetesClient client, dev.clusterbox.cluster.Node node) {
        return Optional.ofNullable(Api.call(
                "look at node " + node.hostName(),
                () -> client.nodes().withName(node.hostName()).get()));
    }

    boolean isReady(KubernetesClient client, dev.clusterbox.cluster.Node node) {
        return find(client, node)
                .flatMap(Nodes::ready)
                .filter(condition -> condition.getStatus().equals("True"))
                .isPresent();
    }

    void cordon(KubernetesClient client, dev.clusterbox.cluster.Node node) {
        patch(client, node, "true");
    }

    void uncordon(KubernetesClient client, dev.clusterbox.cluster.Node node) {
        patch(client, node, "null");
    }

    private static void patch(KubernetesClient client, dev.clusterbox.cluster.Node node, String unschedulable) {
        Api.call("mark node " + node.hostName(), () -> {
            try {
                return Optional.of(client.nodes()
                        .withName(node.hostName())
                        .patch(MERGE, "{\"spec\": {\"unschedulable\": %s}}".formatted(unschedulable)));
            } catch (KubernetesClientException e) {
                if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }
}

package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Asks a cluster's API how the cluster is now. */
public interface KubernetesStatus {

    /**
     * What the API says.
     *
     * @param problem why it says nothing, or not everything
     */
    @Serdeable
    record View(List<NodeView> nodes, List<ComponentView> components, Optional<String> problem) {}

    /** @param version kubelet's */
    @Serdeable
    record NodeView(String name, boolean ready, String version, Instant createdAt) {}

    /** As {@code kubectl get componentstatuses} shows it. */
    @Serdeable
    record ComponentView(String name, boolean healthy, String message) {}

    /** Nothing where the cluster has no API yet; never waits for long. */
    Optional<View> of(Cluster cluster) throws InterruptedException;
}

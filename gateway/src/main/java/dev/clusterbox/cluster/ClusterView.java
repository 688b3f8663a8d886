package dev.clusterbox.cluster;

import dev.clusterbox.cluster.MachineStatus.Status;
import dev.clusterbox.operation.Operation;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster as REST shows it. */
@Serdeable
record ClusterView(
        String name,
        String uid,
        String provider,
        String kubernetes,
        Optional<String> subnet,
        String podCidr,
        String serviceCidr,
        ClusterState state,
        Optional<String> apiServer,
        Optional<Endpoint> exposed,
        Optional<Endpoint> exposedJoin,
        List<MachineView> machines,
        List<String> addons,
        Optional<SmokeTestResult> smokeTest,
        Optional<KubernetesStatus.View> kubernetesStatus,
        Optional<String> operation,
        Instant createdAt) {

    @Serdeable
    record MachineView(
            String name,
            String hostName,
            String role,
            String address,
            int cpus,
            int memoryMiB,
            String power,
            String agent,
            List<String> enter) {}

    @Serdeable
    record ClusterList(List<ClusterView> clusters) {}

    private static final Status PLANNED = new Status("ABSENT", "AWAITED", List.of());

    static ClusterView of(Cluster cluster, Map<String, Status> statuses, Optional<Operation> newest) {
        return of(cluster, statuses, Optional.empty(), newest);
    }

    /** @param kubernetes what the cluster's API says, where it was asked */
    static ClusterView of(
            Cluster cluster,
            Map<String, Status> statuses,
            Optional<KubernetesStatus.View> kubernetes,
            Optional<Operation> newest) {
        var spec = cluster.spec();
        return new ClusterView(
                cluster.name(),
                cluster.uid(),
                spec.provider(),
                spec.kubernetes(),
                cluster.network(),
                spec.podCidr(),
                spec.serviceCidr(),
                cluster.state(),
                cluster.apiServer(),
                cluster.exposed(),
                cluster.exposedJoin(),
                cluster.machines().stream()
                        .map(node -> machine(cluster, node, statuses.getOrDefault(node.hostName(), PLANNED)))
                        .toList(),
                cluster.addons().stream().map(Addon::name).toList(),
                cluster.smokeTest(),
                kubernetes,
                newest.map(Operation::id),
                cluster.createdAt());
    }

    private static MachineView machine(Cluster cluster, Node node, Status status) {
        return new MachineView(
                cluster.machineName(node),
                node.hostName(),
                node.role().label(),
                node.address(),
                node.size().cpus(),
                node.size().memoryMiB(),
                status.power(),
                status.agent(),
                status.enter());
    }
}

package dev.clusterbox.cluster;

import dev.clusterbox.operation.Operation;
import dev.clusterbox.storage.Secrets;
import io.micronaut.serde.annotation.Serdeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code up} would do, and a hash over everything that it was concluded from: who applies it by that hash gets this,
 * or nothing.
 *
 * @param hash 64 hexadecimal digits
 * @param changes a line each; empty where everything is as it should be
 */
@Serdeable
record Plan(String hash, String cluster, List<String> changes) {

    Plan {
        changes = List.copyOf(changes);
    }

    /**
     * Concludes a plan.
     *
     * @param planned the cluster as it would be
     * @param there the cluster as it is written down, if there is one
     * @param machines as vm-service and the agents see them now
     * @param newest the newest operation; one that is under way or comes later makes it another plan
     */
    static Plan of(
            ClusterRequest request,
            Cluster planned,
            Optional<Cluster> there,
            Map<String, MachineStatus.Status> machines,
            Optional<Operation> newest) {
        var changes = new ArrayList<String>();
        if (there.isEmpty()) {
            changes.add("make cluster %s: Kubernetes %s on %s, network %s"
                    .formatted(
                            planned.name(),
                            planned.spec().kubernetes(),
                            planned.spec().provider(),
                            planned.network().orElse("as it comes")));
        }
        for (var node : planned.nodes()) {
            change(planned, node, Optional.ofNullable(machines.get(node.hostName()))).ifPresent(changes::add);
        }
        there.ifPresent(cluster -> unfinished(cluster.state(), request).ifPresent(changes::add));
        if (request.addons() != null) {
            request.addons().forEach(addon -> changes.add("apply add-on " + addon.name()));
        }
        var facts = new ArrayList<String>();
        facts.add(request.toString());
        facts.add(planned.spec().toString());
        facts.add(planned.network().toString());
        facts.add(there.map(Cluster::uid).orElse("new"));
        facts.add(there.map(cluster -> cluster.state().toString()).orElse(""));
        facts.add(newest.map(Operation::id).orElse(""));
        machines.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> facts.add("%s %s %s"
                        .formatted(
                                entry.getKey(),
                                entry.getValue().power(),
                                entry.getValue().agent())));
        facts.addAll(changes);
        return new Plan(Secrets.hash(String.join("\n", facts)), planned.name(), changes);
    }

    private static Optional<String> change(Cluster cluster, Node node, Optional<MachineStatus.Status> status) {
        var machine = "%s at %s".formatted(cluster.machineName(node), node.address());
        return switch (status.map(MachineStatus.Status::power).orElse("ABSENT")) {
            case "ABSENT" ->
                Optional.of("make %s (%d CPU, %d MiB)"
                        .formatted(machine, node.size().cpus(), node.size().memoryMiB()));
            case "STOPPED" -> Optional.of("start " + machine);
            case "UNKNOWN" -> Optional.of("look for %s: vm-service does not answer".formatted(machine));
            default ->
                status.filter(is -> !is.agent().equals("CONNECTED"))
                        .map(is -> "wait for the agent of " + machine);
        };
    }

    private static Optional<String> unfinished(ClusterState state, ClusterRequest request) {
        return switch (state) {
            case ClusterState.Failed failed -> Optional.of("go on at '%s', which failed".formatted(failed.step()));
            case ClusterState.Reached reached ->
                reached.step().equals(request.through())
                        ? Optional.empty()
                        : Optional.of("go on from '%s' to %s"
                                .formatted(
                                        reached.step(),
                                        request.through() == null ? "the whole cluster" : "'" + request.through() + "'"));
            case ClusterState.Requested _, ClusterState.Ready _, ClusterState.Provisioning _, ClusterState.Removing _ ->
                Optional.empty();
        };
    }

    /** As a terminal shows it. */
    String text() {
        var lines = changes.isEmpty() ? "  nothing: everything is as it should be" : "  " + String.join("\n  ", changes);
        return "%s\nup %s would\n%s\n".formatted(hash, cluster, lines);
    }
}

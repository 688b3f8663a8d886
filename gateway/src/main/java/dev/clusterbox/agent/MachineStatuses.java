package dev.clusterbox.agent;

import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.MachineStatus;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.Machine;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Machines as their provider and their agents show them. */
@Singleton
final class MachineStatuses implements MachineStatus {

    private final VmClient vms;
    private final MachineStore machines;
    private final Agents agents;

    MachineStatuses(VmClient vms, MachineStore machines, Agents agents) {
        this.vms = vms;
        this.machines = machines;
        this.agents = agents;
    }

    @Override
    public Map<String, Status> of(Cluster cluster) throws InterruptedException {
        var records = machines.list(cluster.name()).stream()
                .collect(Collectors.toMap(MachineRecord::hostName, record -> record));
        var provided = provided(cluster);
        var statuses = new HashMap<String, Status>();
        for (var node : cluster.nodes()) {
            var machine = provided.flatMap(found -> Optional.ofNullable(found.get(node.hostName())));
            var missing = provided.isPresent() ? "ABSENT" : "UNKNOWN";
            statuses.put(
                    node.hostName(),
                    new Status(
                            machine.map(Machine::power).orElse(missing),
                            agent(node, Optional.ofNullable(records.get(node.hostName()))),
                            machine.map(Machine::enter).orElse(List.of())));
        }
        return statuses;
    }

    /** By host name; nothing if vm-service does not answer. */
    private Optional<Map<String, Machine>> provided(Cluster cluster) throws InterruptedException {
        try {
            return Optional.of(vms.machinesNow(cluster.spec().provider(), cluster.name()).stream()
                    .collect(Collectors.toMap(Machine::hostName, machine -> machine)));
        } catch (ProblemException e) {
            return Optional.empty();
        }
    }

    private String agent(Node node, Optional<MachineRecord> record) {
        if (node.machine().filter(agents::isConnected).isPresent()) {
            return "CONNECTED";
        }
        return record.filter(r -> r.publicKey().isPresent()).isPresent() ? "ENROLLED" : "AWAITED";
    }
}

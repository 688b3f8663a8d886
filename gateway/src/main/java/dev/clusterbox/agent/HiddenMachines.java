package dev.clusterbox.agent;

import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;

/** Machines whose address NAT hides: instead of the address, the hypervisor's word that the machine runs is asked for. */
@Singleton
final class HiddenMachines {

    private final ClusterStore clusters;
    private final VmClient vms;

    HiddenMachines(ClusterStore clusters, VmClient vms) {
        this.clusters = clusters;
        this.vms = vms;
    }

    void requireRunning(MachineRecord machine) throws InterruptedException {
        var cluster = clusters.find(machine.cluster());
        var running = cluster.isPresent()
                && vms.machine(
                                cluster.get().spec().provider(),
                                cluster.get().machineName(cluster.get().node(machine.hostName())))
                        .filter(found -> found.id().equals(machine.id()))
                        .filter(found -> found.power().equals("RUNNING"))
                        .isPresent();
        if (!running) {
            throw new Problem(Code.FORBIDDEN, "the machine does not run, says its provider", "").asException();
        }
    }
}

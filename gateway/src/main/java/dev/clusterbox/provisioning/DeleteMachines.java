package dev.clusterbox.provisioning;

import dev.clusterbox.agent.MachineStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;

/** All machines that the provider has for this cluster, planned or not; none of their agents is known afterwards. */
@Singleton
final class DeleteMachines implements Step {

    private final VmClient vms;
    private final MachineStore machines;

    DeleteMachines(VmClient vms, MachineStore machines) {
        this.vms = vms;
        this.machines = machines;
    }

    @Override
    public String id() {
        return "delete-machines";
    }

    @Override
    public String title() {
        return "Delete machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        if (cluster.network().isEmpty()) {
            // The host was never found fit: there is nothing, and perhaps no provider that could be asked.
            progress.say("none were made");
            return cluster;
        }
        var provider = cluster.spec().provider();
        var found = vms.machines(provider, cluster.name());
        var gone = new AtomicInteger();
        Parallel.each(found, machine -> {
            vms.delete(provider, machine.name());
            progress.say("%d of %d machines".formatted(gone.incrementAndGet(), found.size()));
            return machine;
        });
        machines.removeCluster(cluster.name());
        return cluster;
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;

/** Switches on what is off of a cluster that loses machines: the others have to agree to that, and those that leave to be emptied. */
@Singleton
final class WakeMachines implements Step {

    private final VmClient vms;
    private final AgentListeners listeners;

    WakeMachines(VmClient vms, AgentListeners listeners) {
        this.vms = vms;
        this.listeners = listeners;
    }

    @Override
    public String id() {
        return "wake";
    }

    @Override
    public String title() {
        return "Wake machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var provider = cluster.spec().provider();
        var off = vms.machines(provider, cluster.name()).stream()
                .filter(machine -> !machine.power().equals("RUNNING"))
                .toList();
        Parallel.each(off, machine -> vms.start(provider, machine.name()));
        listeners.open(cluster.agentsAddress());
        progress.say(off.isEmpty() ? "all are on" : "%d started".formatted(off.size()));
        return cluster;
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;

/** The listener for agents, and then the network it listens in. */
@Singleton
final class DeleteNetwork implements Step {

    private final VmClient vms;
    private final AgentListeners listeners;

    DeleteNetwork(VmClient vms, AgentListeners listeners) {
        this.vms = vms;
        this.listeners = listeners;
    }

    @Override
    public String id() {
        return "delete-network";
    }

    @Override
    public String title() {
        return "Delete network";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        if (cluster.network().isPresent()) {
            listeners.close(cluster.agentsAddress());
            vms.deleteNetwork(cluster.spec().provider(), cluster.name());
        }
        return cluster;
    }
}

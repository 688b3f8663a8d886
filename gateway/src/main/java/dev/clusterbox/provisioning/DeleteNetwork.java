package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.join.JoinListeners;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;

/** The listeners for agents and for machines that join, and then the network it listens in. */
@Singleton
final class DeleteNetwork implements Step {

    private final VmClient vms;
    private final AgentListeners listeners;
    private final JoinListeners joins;

    DeleteNetwork(VmClient vms, AgentListeners listeners, JoinListeners joins) {
        this.vms = vms;
        this.listeners = listeners;
        this.joins = joins;
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
            joins.close(cluster);
            listeners.close(cluster.agentsAddress());
            vms.deleteNetwork(cluster.spec().provider(), cluster.name());
        }
        return cluster;
    }
}

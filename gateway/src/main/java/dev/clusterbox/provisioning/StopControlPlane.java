package dev.clusterbox.provisioning;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;

/** Stops the control plane on all controllers, so that nobody writes to an etcd that is going. What does not run is passed over. */
@Singleton
final class StopControlPlane implements Step {

    private final Agents agents;
    private final Releases releases;

    StopControlPlane(Agents agents, Releases releases) {
        this.agents = agents;
        this.releases = releases;
    }

    @Override
    public String id() {
        return "stop-control-plane";
    }

    @Override
    public String title() {
        return "Stop control plane";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var release = releases.get(cluster.spec().kubernetes());
        var there = cluster.nodes(Role.CONTROLLER).stream()
                .filter(node -> node.machine().filter(agents::isConnected).isPresent())
                .toList();
        Parallel.each(
                there,
                node -> agents.run(node.machineId(), node.hostName(), release.stopping("control-plane", node.role())));
        progress.say("on %d of %d controllers"
                .formatted(there.size(), cluster.nodes(Role.CONTROLLER).size()));
        return cluster;
    }
}

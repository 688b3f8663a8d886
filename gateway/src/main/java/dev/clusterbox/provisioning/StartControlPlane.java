package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Endpoint;
import dev.clusterbox.cluster.Role;
import jakarta.inject.Singleton;
import java.util.List;

/** The first controller, until its API answers through the load balancer: everything else can begin then. */
@Singleton
final class StartControlPlane implements Step {

    private final MachineWork work;

    StartControlPlane(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "control-plane";
    }

    @Override
    public String title() {
        return "Start control plane";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var first = cluster.nodes(Role.CONTROLLER).getFirst();
        var started = work.carryOut(id(), cluster, List.of(first), progress);
        // From here there is no other way to a network on another computer.
        var published = cluster.exposed().filter(at -> cluster.isElsewhere());
        return started.servedAt("https://"
                + published.map(Endpoint::toString).orElseGet(() -> cluster.loadBalancerAddress() + ":6443"));
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import jakarta.inject.Singleton;

/** The controllers besides the first. They come after the nodes: an API server that starts takes the processor time that a node needs to become ready. */
@Singleton
final class GrowControlPlane implements Step {

    private final MachineWork work;

    GrowControlPlane(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "more-controllers";
    }

    @Override
    public String title() {
        return "Start other controllers";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var others = cluster.nodes(Role.CONTROLLER).stream().skip(1).toList();
        if (others.isEmpty()) {
            progress.say("there is only one");
            return cluster;
        }
        return work.carryOut("control-plane", cluster, others, progress);
    }
}

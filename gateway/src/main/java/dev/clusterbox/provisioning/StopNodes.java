package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import jakarta.inject.Singleton;

/** Switches the nodes off, in order. */
@Singleton
final class StopNodes implements Step {

    private final SwitchOff off;

    StopNodes(SwitchOff off) {
        this.off = off;
    }

    @Override
    public String id() {
        return "stop-nodes";
    }

    @Override
    public String title() {
        return "Stop nodes";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        off.machines(cluster, machine -> machine.role().equals(Role.NODE.label()), progress);
        return cluster;
    }
}

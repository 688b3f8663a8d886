package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/** Switches the load balancer and the controllers off, and with them etcd, which nobody uses any more. */
@Singleton
final class StopMachines implements Step {

    private final SwitchOff off;

    StopMachines(SwitchOff off) {
        this.off = off;
    }

    @Override
    public String id() {
        return "stop-machines";
    }

    @Override
    public String title() {
        return "Stop other machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        off.machines(cluster, _ -> true, progress);
        return cluster;
    }
}

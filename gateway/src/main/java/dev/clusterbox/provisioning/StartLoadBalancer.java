package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/** HAProxy in front of the controllers. */
@Singleton
final class StartLoadBalancer implements Step {

    private final MachineWork work;

    StartLoadBalancer(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "load-balancer";
    }

    @Override
    public String title() {
        return "Start load balancer";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return work.carryOut(id(), cluster, progress);
    }
}

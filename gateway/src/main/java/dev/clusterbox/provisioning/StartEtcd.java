package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/** The members of etcd, all at once: none is healthy before a majority of them runs. */
@Singleton
final class StartEtcd implements Step {

    private final MachineWork work;

    StartEtcd(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "etcd";
    }

    @Override
    public String title() {
        return "Start etcd";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return work.carryOut(id(), cluster, progress);
    }
}

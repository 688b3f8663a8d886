package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/** The container runtime of each node. It needs no API, so it runs beside what makes one. */
@Singleton
final class StartRuntimes implements Step {

    private final MachineWork work;

    StartRuntimes(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "container-runtimes";
    }

    @Override
    public String title() {
        return "Start container runtimes";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return work.carryOut(id(), cluster, progress);
    }
}

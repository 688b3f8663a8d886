package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/** Swap off, kernel settings and packages, where the roles need them. */
@Singleton
final class PrepareMachines implements Step {

    private final MachineWork work;

    PrepareMachines(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "prepare";
    }

    @Override
    public String title() {
        return "Prepare machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return work.carryOut(id(), cluster, progress);
    }
}

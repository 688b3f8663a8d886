package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/**
 * Everything that needs nothing to run already: kernel settings, packages, programs, certificates and files of all later steps.
 * Those have only to start what is there. It begins on each machine when its agent is there.
 */
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
        return work.carryOutAsTheyAttend(id(), cluster, progress);
    }
}

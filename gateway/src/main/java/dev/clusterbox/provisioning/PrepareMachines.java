package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/**
 * Swap off, kernel settings and packages, where the roles need them. While an authority is rotated, everybody is told first to
 * trust the new one besides the old: the steps that follow make certificates of the new one, and show them.
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
        var trusting = CreateAuthorities.KINDS.stream().anyMatch(cluster::isRotating)
                ? work.handOutTrust(cluster, progress)
                : cluster;
        return work.carryOut(id(), trusting, progress);
    }
}

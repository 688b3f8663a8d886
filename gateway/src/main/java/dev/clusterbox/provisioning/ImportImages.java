package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;

/**
 * The images that came with the artifacts, on each node. Unpacking them takes the processor time in which an API server starts and a
 * node becomes ready, and neither needs one: so this comes after both, and before the first pods.
 */
@Singleton
final class ImportImages implements Step {

    private final MachineWork work;

    ImportImages(MachineWork work) {
        this.work = work;
    }

    @Override
    public String id() {
        return "images";
    }

    @Override
    public String title() {
        return "Import images";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return work.carryOut(id(), cluster, progress);
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.artifact.Staging;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;

/** Has every binary and archive of the release in the artifact store, its checksum verified. */
@Singleton
final class StageArtifacts implements Step {

    private final Releases releases;
    private final Staging staging;

    StageArtifacts(Releases releases, Staging staging) {
        this.releases = releases;
        this.staging = staging;
    }

    @Override
    public String id() {
        return "artifacts";
    }

    @Override
    public String title() {
        return "Stage artifacts";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        return cluster.with(staging.stage(cluster, releases.get(cluster.spec().kubernetes()), progress::say));
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.remote.PkiClient;
import jakarta.inject.Singleton;

/** Destroys the keys of the cluster's authorities. What they have signed stays in pki-service's inventory. */
@Singleton
final class DeleteAuthorities implements Step {

    private final PkiClient pki;

    DeleteAuthorities(PkiClient pki) {
        this.pki = pki;
    }

    @Override
    public String id() {
        return "delete-authorities";
    }

    @Override
    public String title() {
        return "Delete authorities";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        for (var kind : CreateAuthorities.KINDS) {
            pki.removeAuthority(cluster.authority(kind));
        }
        return cluster;
    }
}

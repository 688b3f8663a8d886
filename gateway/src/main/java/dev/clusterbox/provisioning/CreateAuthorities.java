package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.remote.PkiClient;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Three authorities for a cluster: a certificate of one says nothing to the components that trust another. */
@Singleton
final class CreateAuthorities implements Step {

    static final List<String> KINDS = List.of("kubernetes", "etcd", "front-proxy");

    private final PkiClient pki;

    CreateAuthorities(PkiClient pki) {
        this.pki = pki;
    }

    @Override
    public String id() {
        return "authorities";
    }

    @Override
    public String title() {
        return "Create authorities";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var bundles = Parallel.each(KINDS, kind -> pki.trusted(cluster.authority(kind)));
        var trusted = new TreeMap<String, String>();
        for (int i = 0; i < KINDS.size(); i++) {
            trusted.put(KINDS.get(i), bundles.get(i));
        }
        var learnt = cluster.with(trusted);
        progress.say(KINDS.stream()
                .map(kind -> learnt.isRotating(kind) ? kind + " (rotated, the old one is still trusted)" : kind)
                .collect(Collectors.joining(", ")));
        return learnt;
    }
}

package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.Size;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Releases;
import dev.clusterbox.remote.PkiClient;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Requires;
import jakarta.annotation.PostConstruct;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an API that is not there. Where the start-up cache is made ({@code clusterbox.rehearsal}), the JVM learns so what the
 * client library consists of, which takes seconds at the first use.
 */
@Context
@Requires(property = "clusterbox.rehearsal")
final class Rehearsal {

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private static final String NOBODY = "127.0.0.1";

    private final Kubernetes kubernetes;
    private final PkiClient pki;
    private final Releases releases;
    private final InstantSource clock;

    Rehearsal(Kubernetes kubernetes, PkiClient pki, Releases releases, InstantSource clock) {
        this.kubernetes = kubernetes;
        this.pki = pki;
        this.releases = releases;
        this.clock = clock;
    }

    @PostConstruct
    void rehearse() throws InterruptedException {
        var size = new Size(1, 512);
        var line = releases.lines().getFirst();
        var spec = new ClusterSpec(
                "rehearsal", "nspawn", 1, 1, size, size, size, Optional.empty(), "10.244.0.0/16", "10.32.0.0/24", line);
        var planned =
                Cluster.requested(spec, new Random(), clock.instant()).in(Subnet.parse("subnet", "192.168.56.0/24"));
        try {
            var authority = pki.authority(planned.authority("kubernetes")).certificate();
            var cluster = planned.with(Map.of("kubernetes", authority)).servedAt("https://" + NOBODY + ":1");
            var client = kubernetes.client(cluster);
            var api = new ServerSideApply(client);
            for (var addon : releases.get(line).addons(cluster)) {
                var manifests = Manifest.parse(addon);
                api.apply(manifests.getFirst());
            }
        } catch (ProblemException e) {
            LOG.info("rehearsed: {}", e.problem().message());
        }
    }
}

package dev.clusterbox.artifact;

import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.release.Releases;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throws away, at each start, what no cluster uses and no supported release names. What was put in or asked for in the last
 * day is left alone: a step may have it in hand whose cluster does not say so yet.
 */
@Singleton
class Pruning {

    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

    private static final Duration IN_HAND = Duration.ofDays(1);
    private static final Duration UNFINISHED = Duration.ofDays(7);

    private final ArtifactStore store;
    private final Index index;
    private final Downloads downloads;
    private final Catalogues catalogues;
    private final Releases releases;
    private final ClusterStore clusters;
    private final InstantSource clock;

    Pruning(
            ArtifactStore store,
            Index index,
            Downloads downloads,
            Catalogues catalogues,
            Releases releases,
            ClusterStore clusters,
            InstantSource clock) {
        this.store = store;
        this.index = index;
        this.downloads = downloads;
        this.catalogues = catalogues;
        this.releases = releases;
        this.clusters = clusters;
        this.clock = clock;
    }

    @EventListener
    void atStart(ServerStartupEvent event) {
        Thread.ofVirtual().name("prune").start(() -> {
            try {
                prune();
            } catch (IOException | RuntimeException e) {
                LOG.warn("the artifact store is not pruned: {}", e.toString());
            }
        });
    }

    void prune() throws IOException {
        var wanted = new HashSet<String>();
        for (var line : releases.lines()) {
            catalogues
                    .get(line)
                    .artifacts()
                    .forEach(artifact ->
                            index.find(Sources.key(artifact)).ifPresent(entry -> wanted.add(entry.stored())));
        }
        for (var line : releases.lines()) {
            wanted.addAll(Bundles.images(index, line).values());
        }
        for (var cluster : clusters.list()) {
            wanted.addAll(cluster.artifacts().binaries().values());
            wanted.addAll(cluster.artifacts().images().values());
        }
        var now = clock.instant();
        for (var file : store.files()) {
            if (!wanted.contains(file.getFileName().toString())
                    && Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(IN_HAND))) {
                Files.delete(file);
                LOG.info("{} is not used any more", file);
            }
        }
        index.retain((key, entry) -> store.has(entry.stored()));
        downloads.forgetOld(now.minus(UNFINISHED));
    }
}

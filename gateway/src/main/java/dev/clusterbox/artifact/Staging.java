package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Intake.Taken;
import dev.clusterbox.artifact.Sources.Published;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.release.Release;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Has in the store what a cluster needs. What a cluster was once given stays for its life; for the rest the order is: the
 * operator's folder, the store, the mirror, the publisher, and where none of them has it, the distribution's package.
 */
@Singleton
public final class Staging {

    private final Catalogues catalogues;
    private final ArtifactStore store;
    private final Index index;
    private final Sources sources;
    private final Origins origins;
    private final Intake intake;

    Staging(
            Catalogues catalogues, ArtifactStore store, Index index, Sources sources, Origins origins, Intake intake) {
        this.catalogues = catalogues;
        this.store = store;
        this.index = index;
        this.sources = sources;
        this.origins = origins;
        this.intake = intake;
    }

    /**
     * Says within seconds what cannot be had; fetches nothing. Nobody is asked about what is settled already.
     *
     * @throws dev.clusterbox.problem.ProblemException with every artifact that is missing
     */
    public void check(Cluster cluster, Release release) throws InterruptedException {
        check(cluster, release.line(), release.artifacts(cluster));
    }

    void check(Cluster cluster, String line, List<String> names) throws InterruptedException {
        var wanted = unsettled(cluster, line, names);
        if (wanted.isEmpty()) {
            return;
        }
        var folder = sources.folder();
        var published = wanted.stream()
                .filter(artifact -> sources.of(artifact, folder) instanceof Published)
                .toList();
        var reasons = origins.unreachable(published.stream()
                .map(artifact -> artifact.download().url())
                .distinct()
                .toList());
        var byName = new TreeMap<String, String>();
        var missing = published.stream()
                .filter(artifact -> reasons.containsKey(artifact.download().url()))
                .filter(artifact -> !dispensable(artifact, cluster))
                .peek(artifact -> byName.put(
                        artifact.name(), reasons.get(artifact.download().url())))
                .toList();
        if (!missing.isEmpty()) {
            throw Shortage.of(missing, byName);
        }
    }

    private List<Artifact> unsettled(Cluster cluster, String line, List<String> names) {
        var catalogue = catalogues.get(line);
        var settled = cluster.artifacts();
        return names.stream()
                .filter(name -> !settled.packaged().contains(name))
                .filter(name -> !settled.binaries().containsKey(name)
                        || !store.has(settled.binaries().get(name)))
                .map(catalogue::artifact)
                .toList();
    }

    /** A cluster that runs with a binary is not given a package in its place. */
    private static boolean dispensable(Artifact artifact, Cluster cluster) {
        return artifact.download().dispensable()
                && !cluster.artifacts().binaries().containsKey(artifact.name());
    }

    /** Has what a cluster needs in the store. */
    public Cluster.Artifacts stage(Cluster cluster, Release release, Consumer<String> say) throws InterruptedException {
        return stage(cluster, release.line(), release.artifacts(cluster), say);
    }

    Cluster.Artifacts stage(Cluster cluster, String line, List<String> names, Consumer<String> say)
            throws InterruptedException {
        var wanted = unsettled(cluster, line, names);
        var folder = wanted.isEmpty() ? sources.folderIfThere() : sources.folder();
        var obtained = intake.obtain(wanted, folder, new Meter(wanted.size(), say));
        var lacking = wanted.stream()
                .filter(artifact -> obtained.lacking().containsKey(artifact.name()))
                .toList();
        var missing = lacking.stream()
                .filter(artifact -> !dispensable(artifact, cluster))
                .toList();
        if (!missing.isEmpty()) {
            throw Shortage.of(missing, obtained.lacking());
        }
        var binaries = new TreeMap<>(cluster.artifacts().binaries());
        obtained.taken().forEach((name, taken) -> settle(cluster, binaries, name, taken.sha256()));
        var packaged = new TreeSet<>(cluster.artifacts().packaged());
        lacking.forEach(artifact -> packaged.add(artifact.name()));
        var images = images(cluster, line, folder);
        say.accept(summary(binaries, images, obtained.taken()));
        return new Cluster.Artifacts(binaries, images, packaged);
    }

    private static void settle(Cluster cluster, Map<String, String> binaries, String name, String sha256) {
        var before = binaries.put(name, sha256);
        if (before != null && !before.equals(sha256)) {
            throw Problem.conflict(
                            "%s of %s has the checksum %s, is not in the store any more, and what is there now has %s"
                                    .formatted(name, cluster.name(), before, sha256),
                            "put the old one into the folder of artifacts, or take the cluster down first")
                    .asException();
        }
    }

    /** What the cluster has, what the folder has, and of bundles what neither has. */
    private Map<String, String> images(Cluster cluster, String line, Optional<Folder> folder)
            throws InterruptedException {
        var images = new TreeMap<>(cluster.artifacts().images());
        if (folder.isPresent()) {
            var open = folder.get().images().stream()
                    .filter(file -> !store.has(
                            images.getOrDefault(file.path().getFileName().toString(), "")))
                    .toList();
            var taken = Parallel.each(ArtifactStore.AT_ONCE, open, intake::image);
            for (int i = 0; i < open.size(); i++) {
                settle(cluster, images, open.get(i).path().getFileName().toString(), taken.get(i));
            }
        }
        Bundles.images(index, line).forEach((file, sha256) -> {
            if (images.putIfAbsent(file, sha256) == null) {
                store.use(sha256);
            }
        });
        return images;
    }

    private static String summary(Map<String, String> binaries, Map<String, String> images, Map<String, Taken> taken) {
        var text = new StringBuilder("%d binaries, %d images".formatted(binaries.size(), images.size()));
        var others = taken.values().stream().filter(Taken::differs).count();
        if (others > 0) {
            text.append("; %d of %d are not the published ones".formatted(others, taken.size()));
        }
        return text.toString();
    }
}

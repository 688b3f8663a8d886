package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Index.Entry;
import dev.clusterbox.cluster.Bundle;
import dev.clusterbox.cluster.Bundler;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.fetch.Unavailable;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.release.Release;
import dev.clusterbox.release.Releases;
import dev.clusterbox.storage.StateFolder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Packs what the store has for a cluster, and takes in what another computer has packed. */
@Singleton
final class Bundles implements Bundler {

    private static final Logger LOG = LoggerFactory.getLogger(Bundles.class);

    /** Before the names of archives of images in the index. */
    private static final String IMAGE = "bundled ";

    private final Releases releases;
    private final Catalogues catalogues;
    private final Sources sources;
    private final Intake intake;
    private final Registry registry;
    private final ArtifactStore store;
    private final Index index;
    private final Path folder;

    Bundles(
            Releases releases,
            Catalogues catalogues,
            Sources sources,
            Intake intake,
            Registry registry,
            ArtifactStore store,
            Index index,
            StateFolder state) {
        this.releases = releases;
        this.catalogues = catalogues;
        this.sources = sources;
        this.intake = intake;
        this.registry = registry;
        this.store = store;
        this.index = index;
        this.folder = state.resolve("bundles");
    }

    /** Archives of images that bundles have brought for a release, by their file names. */
    static Map<String, String> images(Index index, String line) {
        var images = new TreeMap<String, String>();
        var prefix = IMAGE + line + " ";
        index.under(prefix).forEach((key, entry) -> images.put(key.substring(prefix.length()), entry.stored()));
        return images;
    }

    @Override
    public InputStream pack(ClusterSpec spec, Optional<String> through) throws IOException, InterruptedException {
        var release = releases.get(spec.kubernetes());
        through.filter(step -> !release.through().contains(step)).ifPresent(step -> {
            throw Problem.invalid(
                            "through: no such step (expected: %s)".formatted(String.join(", ", release.through())), "")
                    .asException();
        });
        var cluster =
                Cluster.requested(spec, () -> 0, Instant.EPOCH).wantedThrough(through);
        return BundleArchive.write(store, bundle(release, cluster));
    }

    private Bundle bundle(Release release, Cluster cluster) throws IOException, InterruptedException {
        var catalogue = catalogues.get(release.line());
        var wanted = release.artifacts(cluster).stream().map(catalogue::artifact).toList();
        var operators = sources.folder();
        var obtained = intake.obtain(wanted, operators, new Meter(wanted.size(), said -> {}));
        var missing = wanted.stream()
                .filter(artifact -> obtained.lacking().containsKey(artifact.name()))
                .filter(artifact -> !artifact.download().dispensable())
                .toList();
        if (!missing.isEmpty()) {
            throw Shortage.of(missing, obtained.lacking());
        }
        var artifacts = new ArrayList<Bundle.Artifact>();
        for (var artifact : wanted) {
            var taken = obtained.taken().get(artifact.name());
            if (taken != null) {
                artifacts.add(new Bundle.Artifact(
                        artifact.name(),
                        artifact.download().version(),
                        taken.sha256(),
                        size(taken.sha256()),
                        !taken.differs()));
            }
        }
        var packed = new ArrayList<Bundle.Image>();
        var lacking = new ArrayList<String>();
        if (release.importsImages(cluster)) {
            var images = images(release.line(), operators);
            lacking.addAll(pull(catalogue, images));
            for (var image : images.entrySet()) {
                packed.add(new Bundle.Image(image.getKey(), image.getValue(), size(image.getValue())));
            }
        }
        return new Bundle(
                release.line(),
                Catalogues.architecture(),
                List.copyOf(artifacts),
                List.copyOf(packed),
                List.copyOf(lacking));
    }

    /** What the release's nodes pull and no archive here brings, from its registry; returns what cannot be had. */
    private List<String> pull(Catalogue catalogue, Map<String, String> images)
            throws IOException, InterruptedException {
        var there = new TreeSet<String>();
        for (var sha256 : images.values()) {
            there.addAll(ImageArchive.names(store.find(sha256).orElseThrow()));
        }
        var lacking = new ArrayList<String>();
        for (var image : new TreeMap<>(catalogue.images()).entrySet()) {
            var reference = image.getValue();
            if (there.contains(reference)) {
                continue;
            }
            try {
                var key = "pulled " + reference;
                var known = index.find(key);
                var sha256 = known.isPresent() ? known.get().stored() : registry.pull(reference);
                index.put(key, new Entry(sha256, sha256));
                store.use(sha256);
                images.put("registry-" + image.getKey() + ".tar", sha256);
            } catch (Unavailable e) {
                LOG.info("{} is not packed: {}", reference, e.getMessage());
                lacking.add(reference);
            }
        }
        return lacking;
    }

    /** Those that bundles have brought, and over them the folder's. */
    private Map<String, String> images(String line, Optional<Folder> operators) throws InterruptedException {
        var images = new TreeMap<>(images(index, line));
        if (operators.isPresent()) {
            for (var file : operators.get().images()) {
                images.put(file.path().getFileName().toString(), intake.image(file));
            }
        }
        return images;
    }

    private long size(String sha256) throws IOException {
        return Files.size(store.find(sha256).orElseThrow());
    }

    @Override
    public Bundle take(Path file) throws IOException {
        if (!file.isAbsolute() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.invalid("path: there is no plain file %s".formatted(file), "name it by its absolute path")
                    .asException();
        }
        var bundle = BundleArchive.read(file, store, this::requireWanted);
        // Only now: of a bundle that breaks off nothing is used.
        var catalogue = catalogues.get(bundle.kubernetes());
        for (var artifact : bundle.artifacts()) {
            index.put(
                    Sources.key(catalogue.artifact(artifact.name())), new Entry(artifact.sha256(), artifact.sha256()));
        }
        for (var image : bundle.images()) {
            index.put(
                    IMAGE + bundle.kubernetes() + " " + image.file(), new Entry(image.sha256(), image.sha256()));
        }
        Files.createDirectories(folder);
        var manifest = bundle.manifest();
        Files.writeString(folder.resolve(Sha256.of(manifest)), manifest);
        return bundle;
    }

    /** Before anything of it is stored. */
    private void requireWanted(Bundle bundle) {
        if (!bundle.architecture().equals(Catalogues.architecture())) {
            throw BundleArchive.refused("it is for %s, this computer is %s"
                    .formatted(bundle.architecture(), Catalogues.architecture()));
        }
        var line = releases.get(bundle.kubernetes()).line();
        var known = new TreeMap<String, Artifact>();
        catalogues.get(line).artifacts().forEach(artifact -> known.put(artifact.name(), artifact));
        for (var artifact : bundle.artifacts()) {
            var here = known.get(artifact.name());
            if (here == null || !here.download().version().equals(artifact.version())) {
                throw BundleArchive.refused("it has %s %s, this version of Clusterbox wants %s"
                        .formatted(
                                artifact.name(),
                                artifact.version(),
                                here == null ? "none" : here.download().version()));
            }
            // An archive's sum says nothing of what was in it.
            var sum = here.member().isEmpty() ? here.download().sha256() : Optional.<String>empty();
            if (artifact.published() && sum.isPresent() && !sum.get().equals(artifact.sha256())) {
                throw BundleArchive.refused("%s has the checksum %s, published is %s"
                        .formatted(artifact.name(), artifact.sha256(), sum.get()));
            }
        }
    }

    @Override
    public List<Bundle> taken() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        record Dated(Instant at, Bundle bundle) {}
        var bundles = new ArrayList<Dated>();
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                bundles.add(new Dated(
                        Files.getLastModifiedTime(file).toInstant(), Bundle.parse(Files.readString(file))));
            }
        }
        return bundles.stream()
                .sorted(Comparator.comparing(Dated::at))
                .map(Dated::bundle)
                .toList();
    }
}

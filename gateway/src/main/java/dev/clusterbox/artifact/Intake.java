package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Catalogue.Download;
import dev.clusterbox.artifact.Folder.Found;
import dev.clusterbox.artifact.Index.Entry;
import dev.clusterbox.artifact.Sources.InFolder;
import dev.clusterbox.artifact.Sources.InStore;
import dev.clusterbox.artifact.Sources.Published;
import dev.clusterbox.fetch.Unavailable;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Brings artifacts into the store, from wherever they are; each file once, also if several clusters want it at a time. */
@Singleton
final class Intake {

    /** @param differs whether it is known to be another one than what is published */
    record Taken(String sha256, boolean differs) {}

    /**
     * @param taken by the artifact's name
     * @param lacking name to reason
     */
    record Obtained(Map<String, Taken> taken, Map<String, String> lacking) {}

    private interface Work {
        Obtained work() throws IOException, InterruptedException;
    }

    private final ArtifactStore store;
    private final Index index;
    private final Sources sources;
    private final Origins origins;
    private final Downloads downloads;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    Intake(ArtifactStore store, Index index, Sources sources, Origins origins, Downloads downloads) {
        this.store = store;
        this.index = index;
        this.sources = sources;
        this.origins = origins;
        this.downloads = downloads;
    }

    Obtained obtain(List<Artifact> wanted, Optional<Folder> folder, Watch watch) throws InterruptedException {
        var taken = new TreeMap<String, Taken>();
        var lacking = new TreeMap<String, String>();
        var published = new LinkedHashMap<Download, List<Artifact>>();
        var work = new ArrayList<Work>();
        for (var artifact : wanted) {
            switch (sources.of(artifact, folder)) {
                case InStore(var entry) -> {
                    store.use(entry.stored());
                    taken.put(artifact.name(), new Taken(entry.stored(), false));
                    watch.has(artifact.name(), "the store");
                }
                case InFolder(var file, var archive) ->
                    work.add(() -> obtained(
                            artifact,
                            fromFolder(artifact, file, archive),
                            file.path().toString(),
                            watch));
                case Published() ->
                    published
                            .computeIfAbsent(artifact.download(), download -> new ArrayList<>())
                            .add(artifact);
            }
        }
        // Whose silence is known is not waited for once more with each file.
        origins.unreachable(published.keySet().stream().map(Download::url).toList());
        downloads.measure(List.copyOf(published.keySet()), watch);
        published.forEach((download, artifacts) -> work.add(() -> published(download, artifacts, watch)));
        for (var result : Parallel.each(ArtifactStore.AT_ONCE, work, Intake::carryOut)) {
            taken.putAll(result.taken);
            lacking.putAll(result.lacking);
        }
        return new Obtained(taken, lacking);
    }

    private static Obtained carryOut(Work work) throws InterruptedException {
        try {
            return work.work();
        } catch (IOException e) {
            throw ArtifactStore.failed("cannot put an artifact into the store", e);
        }
    }

    private static Obtained obtained(Artifact artifact, Taken taken, String from, Watch watch) {
        watch.has(artifact.name(), from);
        return new Obtained(Map.of(artifact.name(), taken), Map.of());
    }

    /** An archive of images. */
    String image(Found file) throws InterruptedException {
        try {
            var sha256 = locked(file.path().toString(), () -> copied(file)).stored();
            store.use(sha256);
            return sha256;
        } catch (IOException e) {
            throw ArtifactStore.failed("cannot put %s into the store".formatted(file.path()), e);
        }
    }

    private Taken fromFolder(Artifact artifact, Found file, boolean archive) throws IOException, InterruptedException {
        var entry = locked(file.path().toString(), () -> archive ? unpacked(artifact, file) : copied(file));
        file.verify(entry.source());
        store.use(entry.stored());
        boolean comparable = archive || artifact.member().isEmpty();
        return new Taken(
                entry.stored(),
                comparable
                        && artifact.download()
                                .sha256()
                                .filter(sum -> !sum.equals(entry.source()))
                                .isPresent());
    }

    private Entry copied(Found file) throws IOException {
        var key = Sources.key(file, Optional.empty());
        var known = index.find(key);
        if (known.isPresent()) {
            file.verify(known.get().source());
            return known.get();
        }
        try (var in = Files.newInputStream(file.path())) {
            var sha256 = store.add(in, Long.MAX_VALUE, file::verify);
            var entry = new Entry(sha256, sha256);
            index.put(key, entry);
            return entry;
        }
    }

    private Entry unpacked(Artifact artifact, Found file) throws IOException {
        var known = index.find(Sources.key(file, artifact.member()));
        if (known.isPresent()) {
            return known.get();
        }
        var sha256 = Sha256.of(file.path());
        file.verify(sha256);
        var download = artifact.download();
        download.sha256().filter(sum -> !sum.equals(sha256)).ifPresent(sum -> {
            throw Problem.invalid(
                            "%s has the checksum %s, published is %s".formatted(file.path(), sha256, sum),
                            "get it anew; what is meant to be another one goes by the name of the artifact: "
                                    + artifact.name())
                    .asException();
        });
        take(file.path(), download)
                .forEach((name, stored) ->
                        index.put(Sources.key(file, new Artifact(name, download).member()), new Entry(sha256, stored)));
        return index.find(Sources.key(file, artifact.member())).orElseThrow();
    }

    private Map<String, String> take(Path archive, Download download) throws IOException {
        var wanted = new TreeMap<String, String>();
        download.contents().forEach((name, member) -> member.ifPresent(m -> wanted.put(m, name)));
        return new Tarball(store).take(archive, wanted);
    }

    private Obtained published(Download download, List<Artifact> artifacts, Watch watch)
            throws IOException, InterruptedException {
        try {
            var from = locked(download.url().toString(), () -> fetched(download, watch));
            var taken = new TreeMap<String, Taken>();
            for (var artifact : artifacts) {
                var entry = index.find(Sources.key(artifact)).orElseThrow();
                taken.put(artifact.name(), new Taken(entry.stored(), false));
                watch.has(artifact.name(), from);
            }
            return new Obtained(taken, Map.of());
        } catch (Lacking e) {
            var lacking = new TreeMap<String, String>();
            artifacts.forEach(artifact -> lacking.put(artifact.name(), e.reason));
            return new Obtained(Map.of(), lacking);
        }
    }

    private String fetched(Download download, Watch watch) throws IOException, InterruptedException {
        var artifacts = download.contents().keySet().stream()
                .map(name -> new Artifact(name, download))
                .toList();
        if (artifacts.stream()
                .allMatch(artifact -> index.find(Sources.key(artifact)).isPresent())) {
            return "the store";
        }
        try {
            var file = downloads.fetch(download, watch);
            var plain = artifacts.stream()
                    .filter(artifact -> artifact.member().isEmpty())
                    .toList();
            try {
                if (plain.isEmpty()) {
                    take(file.path(), download)
                            .forEach((name, stored) -> index.put(
                                    Sources.key(new Artifact(name, download)), new Entry(file.sha256(), stored)));
                } else {
                    store.keep(file.path(), file.sha256());
                    plain.forEach(
                            artifact -> index.put(Sources.key(artifact), new Entry(file.sha256(), file.sha256())));
                }
            } finally {
                Files.deleteIfExists(file.path());
            }
            return file.from().toString();
        } catch (Unavailable e) {
            throw new Lacking(String.valueOf(e.getMessage()));
        }
    }

    private interface Locked<T> {
        T get() throws IOException, InterruptedException;
    }

    private <T> T locked(String what, Locked<T> work) throws IOException, InterruptedException {
        var lock = locks.computeIfAbsent(what, name -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private static final class Lacking extends IOException {

        private final String reason;

        Lacking(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}

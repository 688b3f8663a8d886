package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.artifact.Catalogue.Download;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.fetch.Publisher;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Releases;
import dev.clusterbox.storage.StateFolders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Assertions;

/** The parts of the package put together on a folder, with a small catalogue of its own and no network but loopback. */
final class Workbench {

    static final byte[] KUBELET = content("kubelet", 300_000);
    static final byte[] RUNC = content("runc", 200_000);
    static final byte[] ETCD = content("etcd", 150_000);
    static final byte[] ETCDCTL = content("etcdctl", 50_000);
    static final byte[] PROXY = content("kube-proxy", 10_000);

    /** The publisher's archive. */
    static final byte[] TGZ =
            tgz(Map.of("etcd-v3/etcd", ETCD, "etcd-v3/etcdctl", ETCDCTL, "etcd-v3/README.md", content("?", 9)));

    static final String KUBELET_PATH = "/dl.example/v1/kubelet";
    static final String RUNC_PATH = "/git.example/runc.amd64";
    static final String ETCD_PATH = "/git.example/etcd-v3.tar.gz";
    static final String PROXY_PATH = "/dl.example/v1/kube-proxy";

    static final List<String> ALL = List.of("kubelet", "kube-proxy", "runc", "etcd", "etcdctl");

    final Path state;
    final ArtifactStore store;
    final Index index;
    final Downloads downloads;
    final Sources sources;
    final Intake intake;
    final Registry registry;
    final Staging staging;
    final Bundles bundles;
    final List<String> said = new ArrayList<>();

    /**
     * @param mirror empty where there is none
     * @param folder the operator's; empty where there is none
     */
    Workbench(Path state, String mirror, String folder) {
        this.state = state;
        var stateFolder = StateFolders.at(state);
        store = new ArtifactStore(stateFolder);
        index = new Index(stateFolder, store);
        var origins = new Origins(mirror, false);
        downloads = new Downloads(origins, store, Duration.ofMillis(300));
        sources = new Sources(index, folder);
        intake = new Intake(store, index, sources, origins, downloads);
        registry = new Registry(origins, store);
        var catalogues = new SmallCatalogue();
        staging = new Staging(catalogues, store, index, sources, origins, intake);
        bundles = new Bundles(
                new Releases(), catalogues, sources, intake, registry, store, index, stateFolder);
    }

    private static final class SmallCatalogue extends Catalogues {
        @Override
        Catalogue get(String line) {
            return catalogue();
        }
    }

    static Catalogue catalogue() {
        return new Catalogue(
                "1.36",
                List.of(
                        plain("kubelet", KUBELET_PATH, Optional.of(sha256(KUBELET)), false),
                        plain("kube-proxy", PROXY_PATH, Optional.empty(), false),
                        plain("runc", RUNC_PATH, Optional.of(sha256(RUNC)), true),
                        new Download(
                                "3",
                                URI.create("https:/" + ETCD_PATH),
                                Optional.of(sha256(TGZ)),
                                Optional.empty(),
                                new TreeMap<>(Map.of(
                                        "etcd",
                                        Optional.of("etcd-v3/etcd"),
                                        "etcdctl",
                                        Optional.of("etcd-v3/etcdctl"))),
                                true,
                                false)),
                Map.of());
    }

    private static Download plain(String name, String path, Optional<String> sha256, boolean packaged) {
        var url = "https:/" + path;
        return new Download(
                "1",
                URI.create(url),
                sha256,
                sha256.isPresent() ? Optional.empty() : Optional.of(URI.create(url + ".sha256")),
                Map.of(name, Optional.empty()),
                packaged,
                false);
    }

    static Artifact artifact(String name) {
        return catalogue().artifact(name);
    }

    /** A publisher that has it all. */
    static Publisher publisher() {
        var publisher = new Publisher();
        publisher.has(KUBELET_PATH, KUBELET);
        publisher.has(RUNC_PATH, RUNC);
        publisher.has(ETCD_PATH, TGZ);
        publisher.has(PROXY_PATH, PROXY);
        publisher.has(PROXY_PATH + ".sha256", sha256(PROXY).getBytes(StandardCharsets.UTF_8));
        return publisher;
    }

    Cluster.Artifacts stage(String... names) {
        return stage(Clusters.tutorial().with(Cluster.Artifacts.NONE), names);
    }

    Cluster.Artifacts stage(Cluster cluster, String... names) {
        try {
            return staging.stage(cluster, "1.36", List.of(names), said::add);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void check(Cluster cluster, String... names) {
        try {
            staging.check(cluster, "1.36", List.of(names));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String refused(String... names) {
        return Assertions.assertThrows(ProblemException.class, () -> stage(names))
                .problem()
                .toString();
    }

    byte[] stored(Map<String, String> sums, String name) {
        try {
            return Files.readAllBytes(store.find(sums.getOrDefault(name, "")).orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in the folder of what is not complete. */
    List<String> leftovers() {
        if (!Files.exists(state.resolve("incoming"))) {
            return List.of();
        }
        try (var files = Files.list(state.resolve("incoming"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] content(String seed, int size) {
        var bytes = new byte[size];
        new java.util.Random(seed.hashCode()).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] content) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** What somebody does to an archive. */
    interface Filling {
        void into(TarArchiveOutputStream tar) throws IOException;
    }

    static byte[] tgz(Map<String, byte[]> members) {
        return tgz(tar -> {
            for (var member : new TreeMap<>(members).entrySet()) {
                add(tar, member.getKey(), member.getValue());
            }
        });
    }

    static byte[] tgz(Filling filling) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            filling.into(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        // With the slashes that a hostile name begins with.
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }
}

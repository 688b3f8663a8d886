package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.artifact.Workbench.Filling;
import dev.clusterbox.cluster.Bundle;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From one computer to another that reaches nobody; and bundles that somebody has tampered with. */
final class BundlesTest {

    private static final String KUBELET_SUM = Workbench.sha256(Workbench.KUBELET);
    private static final String HEAD =
            "clusterbox bundle 1\nkubernetes 1.36\narchitecture %s\n".formatted(Catalogues.architecture());
    private static final String KUBELET = "artifact kubelet 1 %s 300000 published\n".formatted(KUBELET_SUM);

    @TempDir
    private Path temporary;

    /** A computer without a network. */
    private Workbench other() {
        return new Workbench(temporary.resolve("other"), "", "");
    }

    private Path bundle(byte[] content) {
        try {
            return Files.write(Files.createTempFile(temporary, "", ".bundle"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] tar(Filling filling) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            filling.into(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A list and a file. */
    private static byte[] tar(String list, String name, byte[] content) {
        return tar(tar -> {
            Workbench.add(tar, "clusterbox-bundle", text(list));
            Workbench.add(tar, name, content);
        });
    }

    @Test
    void what_one_computer_packs_another_uses_without_a_network() throws Exception {
        byte[] packed;
        try (var publisher = Workbench.publisher()) {
            var one = new Workbench(temporary.resolve("one"), publisher.url(), "");
            try (var archive = one.bundles.pack(Clusters.tutorial().spec(), Optional.of("etcd"))) {
                packed = archive.readAllBytes();
            }
            assertEquals(List.of(), one.leftovers());
        }
        var other = other();
        assertEquals(List.of("etcd", "etcdctl"), other.stage("etcd", "etcdctl").packaged().stream().toList());

        var taken = other.bundles.take(bundle(packed));

        assertEquals(
                List.of("etcdctl", "etcd"),
                taken.artifacts().stream().map(Bundle.Artifact::name).toList());
        assertEquals(List.of(taken), other.bundles.taken());
        var staged = other.stage("etcd", "etcdctl");
        assertEquals(List.of(), staged.packaged().stream().toList());
        assertArrayEquals(Workbench.ETCD, other.stored(staged.binaries(), "etcd"));
        assertEquals(List.of(), other.leftovers());
        // Taken in twice, it is there once.
        other.bundles.take(bundle(packed));
        assertEquals(1, other.bundles.taken().size());
    }

    @Test
    void images_are_given_to_every_cluster_of_the_release() throws Exception {
        var other = other();
        var image = Workbench.content("pause.tar", 70_000);
        var sum = Workbench.sha256(image);
        other.bundles.take(bundle(tar(HEAD + "image pause.tar %s 70000\n".formatted(sum), sum, image)));

        assertEquals(Map.of("pause.tar", sum), other.stage("etcd").images());
        assertArrayEquals(image, other.stored(other.stage("etcd").images(), "pause.tar"));
        // What a cluster was once given stays.
        var before = Clusters.tutorial();
        assertEquals(before.artifacts().images(), other.stage(before, "etcd").images());
    }

    @Test
    void own_files_are_packed_and_said_to_be_no_published_ones() throws Exception {
        var folder = Files.createDirectory(temporary.resolve("folder"));
        var own = Workbench.content("own", 1000);
        Files.write(folder.resolve("etcd"), own);
        Files.write(folder.resolve("etcdctl"), own);
        var one = new Workbench(temporary.resolve("one"), "", folder.toString());
        Bundle taken;
        try (var archive = one.bundles.pack(Clusters.tutorial().spec(), Optional.of("etcd"))) {
            taken = other().bundles.take(bundle(archive.readAllBytes()));
        }
        // An archive's checksum says nothing of what was in it: these may be the published ones.
        assertEquals(
                List.of(true, true),
                taken.artifacts().stream().map(Bundle.Artifact::published).toList());
        var other = HEAD + KUBELET.replace("published", "other").replace(KUBELET_SUM, Workbench.sha256(own)).replace("300000", "1000");
        assertFalse(other()
                .bundles
                .take(bundle(tar(other, Workbench.sha256(own), own)))
                .artifacts()
                .getFirst()
                .published());
    }

    @Test
    void what_cannot_be_had_is_said_and_nothing_is_packed() {
        var one = new Workbench(temporary.resolve("one"), "", "");
        assertThrows(
                ProblemException.class,
                () -> one.bundles.pack(Clusters.tutorial().spec(), Optional.of("no-such-step")));
        assertEquals(List.of(), one.leftovers());
    }

    /** What it is, and the bytes. */
    record Tampered(String what, byte[] content) {

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Tampered> tampered() {
        var right = tar(HEAD + KUBELET, KUBELET_SUM, Workbench.KUBELET);
        var flipped = right.clone();
        flipped[200_000] ^= 1;
        var shorter = Arrays.copyOf(Workbench.KUBELET, 299_999);
        return Stream.of(
                new Tampered("nothing", new byte[0]),
                new Tampered("noise", Workbench.content("noise", 20_000)),
                new Tampered("no list", tar(tar -> Workbench.add(tar, KUBELET_SUM, Workbench.KUBELET))),
                new Tampered("the list comes later", tar(tar -> {
                    Workbench.add(tar, KUBELET_SUM, Workbench.KUBELET);
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                })),
                new Tampered("a list too large", tar("#".repeat(300_000), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("another version", tar("clusterbox bundle 2\n", KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("a line that is none", tar(HEAD + KUBELET + "run touch /owned\n", KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("another processor", tar(HEAD.replace(Catalogues.architecture(), "s390x") + KUBELET, KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("no such release", tar(HEAD.replace("1.36", "1.9") + KUBELET, KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("a release that is only rendered", tar(HEAD.replace("1.36", "1.10") + KUBELET, KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("another version of kubelet", tar(HEAD + KUBELET.replace(" 1 ", " 2 "), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("an artifact that nobody knows", tar(HEAD + KUBELET.replace("kubelet", "backdoor"), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("not the published kubelet", tar(
                        HEAD + KUBELET.replace(KUBELET_SUM, Workbench.sha256(Workbench.RUNC)).replace("300000", "200000"),
                        Workbench.sha256(Workbench.RUNC),
                        Workbench.RUNC)),
                new Tampered("an image with a path for a name", tar(
                        HEAD + "image ../pause.tar %s 300000\n".formatted(KUBELET_SUM), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("another content", tar(HEAD + KUBELET, KUBELET_SUM, Workbench.content("evil", 300_000))),
                new Tampered("a bit flipped", flipped),
                new Tampered("a byte less", tar(HEAD + KUBELET, KUBELET_SUM, shorter)),
                new Tampered("a size that is not so", tar(HEAD + KUBELET.replace("300000", "299999"), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("two sizes", tar(
                        HEAD + KUBELET + "image a.tar %s 5\n".formatted(KUBELET_SUM), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("a file of a terabyte", tar(
                        HEAD + KUBELET.replace("300000", "999999999999"), KUBELET_SUM, Workbench.KUBELET)),
                new Tampered("a path that leads out", tar(tar -> {
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                    Workbench.add(tar, "../../owned", Workbench.KUBELET);
                })),
                new Tampered("an absolute path", tar(tar -> {
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                    Workbench.add(tar, "/tmp/owned", Workbench.KUBELET);
                })),
                new Tampered("a file more", tar(tar -> {
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                    Workbench.add(tar, KUBELET_SUM, Workbench.KUBELET);
                    Workbench.add(tar, "surplus", new byte[10]);
                })),
                new Tampered("a file twice", tar(tar -> {
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                    Workbench.add(tar, KUBELET_SUM, Workbench.KUBELET);
                    Workbench.add(tar, KUBELET_SUM, Workbench.KUBELET);
                })),
                new Tampered("a link in place of a file", tar(tar -> {
                    Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET));
                    var link = new TarArchiveEntry(KUBELET_SUM, TarConstants.LF_SYMLINK);
                    link.setLinkName("/etc/shadow");
                    tar.putArchiveEntry(link);
                    tar.closeArchiveEntry();
                })),
                new Tampered("a link in place of the list", tar(tar -> {
                    var link = new TarArchiveEntry("clusterbox-bundle", TarConstants.LF_LINK);
                    link.setLinkName("/etc/shadow");
                    tar.putArchiveEntry(link);
                    tar.closeArchiveEntry();
                })),
                new Tampered("its list only", tar(tar -> Workbench.add(tar, "clusterbox-bundle", text(HEAD + KUBELET)))),
                new Tampered("broken off in the list", Arrays.copyOf(right, 600)),
                new Tampered("broken off in the file", Arrays.copyOf(right, 150_000)),
                new Tampered("broken off before its last block", Arrays.copyOf(right, 1024 + 512 + 299_520)));
    }

    @ParameterizedTest
    @MethodSource("tampered")
    void nothing_is_used_of_a_bundle_that_is_not_right(Tampered bundle) throws IOException {
        var other = other();

        var refused =
                assertThrows(ProblemException.class, () -> other.bundles.take(bundle(bundle.content())));

        assertTrue(refused.problem().message().matches("(the bundle cannot be used: |kubernetes: ).*"), refused.problem()::toString);
        assertEquals(List.of(), other.bundles.taken());
        assertEquals(Optional.empty(), other.index.find(Sources.key(Workbench.artifact("kubelet"))));
        assertEquals(Map.of(), other.stage("etcd").images());
        assertEquals(List.of(), other.leftovers());
        // Whatever is in the store is there under the checksum that it has.
        for (var file : other.store.files()) {
            assertEquals(file.getFileName().toString(), Sha256.of(file));
        }
    }

    @Test
    void only_a_plain_file_named_by_its_whole_path_is_read() throws IOException {
        var right = bundle(tar(HEAD + KUBELET, KUBELET_SUM, Workbench.KUBELET));
        var link = Files.createSymbolicLink(temporary.resolve("link"), right);
        var other = other();

        for (var path : List.of(link, temporary, temporary.resolve("absent"), Path.of("relative"), Path.of("/dev/zero"))) {
            assertThrows(ProblemException.class, () -> other.bundles.take(path), path.toString());
        }
        assertEquals(1, other.bundles.take(right).artifacts().size());
    }
}

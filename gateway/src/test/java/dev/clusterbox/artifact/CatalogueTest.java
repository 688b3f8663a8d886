package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.release.Releases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The catalogue that is shipped, and what is refused in one. */
final class CatalogueTest {

    private static final String ENTRY =
            "kubernetes: '1.36'\nimages: {}\ndownloads:\n  - version: 1\n    artifacts: [kubelet]\n";
    private static final String SUM = "sha256: {amd64: " + "a".repeat(64) + ", arm64: " + "b".repeat(64) + "}\n";

    private static Catalogue shipped(String line, String architecture) {
        try {
            return CatalogueFile.parse(
                    Files.readString(Path.of("src/main/resources/releases/v" + line + "/artifacts.yaml")),
                    architecture,
                    other -> shipped(other, architecture));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Catalogue parse(String text) {
        return CatalogueFile.parse(text, "amd64", line -> shipped(line, "amd64"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"amd64", "arm64"})
    void each_release_names_a_file_for_each_architecture_and_how_it_is_checked(String architecture) {
        for (var line : new Releases().lines()) {
            var catalogue = shipped(line, architecture);

            assertEquals(line, catalogue.line());
            for (var download : catalogue.downloads()) {
                assertTrue(download.url().toString().contains(architecture), download.toString());
                assertTrue(!download.toString().contains("{{"), download.toString());
                assertTrue(
                        download.sha256()
                                .map(sum -> sum.matches("[0-9a-f]{64}"))
                                .orElse(download.checksums().isPresent()),
                        download.toString());
            }
        }
    }

    @Test
    void no_checksum_stands_for_two_files() {
        var urls = new TreeMap<String, String>();
        for (var line : new Releases().lines()) {
            for (var architecture : List.of("amd64", "arm64")) {
                shipped(line, architecture).downloads().forEach(download -> {
                    var url = download.url().toString();
                    var before = urls.put(download.sha256().orElse(url), url);
                    assertTrue(before == null || before.equals(url), () -> before + " and " + url);
                });
            }
        }
    }

    @Test
    void a_release_like_another_has_its_own_kubernetes_and_the_rest_of_the_other() {
        var full = shipped("1.36", "amd64");
        for (var line : List.of("1.35", "1.37")) {
            var catalogue = shipped(line, "amd64");

            assertEquals(
                    full.artifacts().stream().map(Artifact::name).sorted().toList(),
                    catalogue.artifacts().stream().map(Artifact::name).sorted().toList());
            assertEquals(full.images(), catalogue.images());
            for (var artifact : catalogue.artifacts()) {
                var kubernetes = artifact.download().url().getHost().equals("dl.k8s.io");
                assertEquals(kubernetes, artifact.download().version().startsWith(line + "."), artifact.toString());
                assertEquals(!kubernetes, full.artifact(artifact.name()).equals(artifact));
            }
        }
    }

    @Test
    void it_has_what_a_cluster_of_1_36_is_made_of_and_all_that_the_release_wants() {
        var names = shipped("1.36", "amd64").artifacts().stream()
                .map(Artifact::name)
                .toList();

        assertEquals(
                new TreeSet<>(List.of(
                        "kube-apiserver",
                        "kube-controller-manager",
                        "kube-scheduler",
                        "kubelet",
                        "kube-proxy",
                        "kubectl",
                        "etcd",
                        "etcdctl",
                        "containerd",
                        "containerd-shim-runc-v2",
                        "ctr",
                        "runc",
                        "bridge",
                        "host-local",
                        "loopback",
                        "portmap",
                        "flanneld",
                        "crictl")),
                new TreeSet<>(names));
        assertTrue(names.containsAll(new Releases().get("1.36").artifacts(Clusters.tutorial())));
        assertEquals(
                new TreeSet<>(List.of("pause", "coredns")),
                new TreeSet<>(shipped("1.36", "amd64").images().keySet()));
    }

    @Test
    void what_has_a_package_is_marked_so() {
        var catalogue = shipped("1.36", "amd64");

        assertTrue(catalogue.artifact("etcd").download().packaged());
        assertTrue(catalogue.artifact("portmap").download().packaged());
        assertTrue(!catalogue.artifact("kubelet").download().dispensable());
        assertTrue(!catalogue.artifact("flanneld").download().dispensable());
        assertTrue(catalogue.artifact("crictl").download().optional());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "    url: http://dl.example/kubelet\n    " + "sha256: {amd64: " + "0" + "}\n",
                "    url: https://dl.example/kubelet\n",
                "    url: https://dl.example/kubelet\n    sha256: {amd64: abc}\n",
                "    url: file:///etc/passwd\n    unconfirmed: https://dl.example/kubelet.sha256\n",
                "    url: https://dl.example/kubelet\n    unconfirmed: http://dl.example/kubelet.sha256\n",
                "    url: https://dl.example/kubelet\n    unconfirmed: https://dl.example/k\n    sha512: x\n",
                "    url: https://dl.example/kubelet\n    unconfirmed: https://dl.example/k\n    members: {../x: y}\n"
            })
    void a_mistake_in_it_is_refused(String rest) {
        assertThrows(IllegalArgumentException.class, () -> parse(ENTRY + rest));
    }

    @Test
    void an_artifact_that_is_there_twice_is_refused() {
        var once = "    url: https://dl.example/kubelet\n    " + SUM;
        assertEquals(1, parse(ENTRY + once).artifacts().size());

        var twice = ENTRY + once + "  - version: 2\n    artifacts: [kubelet]\n" + once;
        assertThrows(IllegalArgumentException.class, () -> parse(twice));
    }
}

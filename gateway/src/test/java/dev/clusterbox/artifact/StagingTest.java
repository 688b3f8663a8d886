package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a cluster's artifacts come from, in which order, and what is said where they come from nowhere. */
final class StagingTest {

    @TempDir
    private Path temporary;

    private Path folder;
    private final Cluster cluster = Clusters.tutorial().with(Cluster.Artifacts.NONE);

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createDirectory(temporary.resolve("folder"));
    }

    private Workbench bench(String mirror) {
        return new Workbench(temporary.resolve("state"), mirror, folder.toString());
    }

    @Test
    void the_folder_goes_before_the_store_and_the_store_before_the_publisher() throws IOException {
        try (var publisher = Workbench.publisher()) {
            var bench = bench(publisher.url());
            assertEquals(
                    Workbench.sha256(Workbench.RUNC),
                    bench.stage(cluster, "runc").binaries().get("runc"));
            int asked = publisher.requests().size();
            assertEquals(
                    Workbench.sha256(Workbench.RUNC),
                    bench.stage(cluster, "runc").binaries().get("runc"));
            assertEquals(asked, publisher.requests().size());

            Files.write(folder.resolve("runc"), Workbench.ETCD);
            assertEquals(
                    Workbench.sha256(Workbench.ETCD),
                    bench.stage(cluster, "runc").binaries().get("runc"));
            assertEquals(asked, publisher.requests().size());
        }
    }

    @Test
    void what_a_cluster_was_given_stays_whatever_comes_later() throws IOException {
        Files.write(folder.resolve("kubelet"), Workbench.KUBELET);
        var bench = bench("");
        var given = cluster.with(bench.stage(cluster, "kubelet", "runc"));
        assertEquals(Set.of("runc"), given.artifacts().packaged());

        Files.write(folder.resolve("kubelet"), Workbench.ETCD);
        Files.write(folder.resolve("runc"), Workbench.RUNC);

        assertEquals(given.artifacts(), bench.stage(given, "kubelet", "runc"));
        bench.check(given, "kubelet", "runc");
    }

    @Test
    void what_the_store_has_lost_is_put_there_again_but_no_other_one() throws IOException {
        Files.write(folder.resolve("kubelet"), Workbench.KUBELET);
        var bench = bench("");
        var given = cluster.with(bench.stage(cluster, "kubelet"));
        var stored = bench.store.find(Workbench.sha256(Workbench.KUBELET)).orElseThrow();

        Files.delete(stored);
        assertEquals(given.artifacts(), bench.stage(given, "kubelet"));
        assertTrue(Files.exists(stored));

        Files.delete(stored);
        Files.write(folder.resolve("kubelet"), Workbench.ETCD);
        var problem = assertThrows(ProblemException.class, () -> bench.stage(given, "kubelet"))
                .problem();
        assertEquals(Code.CONFLICT, problem.code());
        assertTrue(problem.message().contains(Workbench.sha256(Workbench.KUBELET)), problem.message());
        assertTrue(problem.message().contains(Workbench.sha256(Workbench.ETCD)), problem.message());
    }

    @Test
    void what_is_missing_is_said_at_once_with_every_address_and_what_can_be_done() {
        var bench = bench("http://127.0.0.1:1");
        long start = System.nanoTime();

        var problem = assertThrows(
                        ProblemException.class, () -> bench.check(cluster, Workbench.ALL.toArray(String[]::new)))
                .problem();

        assertTrue(System.nanoTime() - start < Duration.ofSeconds(4).toNanos());
        assertEquals(Code.UNAVAILABLE, problem.code());
        assertEquals(
                "2 artifacts cannot be had: 127.0.0.1: cannot be reached:"
                        + " kubelet (https://dl.example/v1/kubelet), kube-proxy (https://dl.example/v1/kube-proxy)",
                problem.message());
        assertEquals(
                "have them in a folder: CLUSTERBOX_ARTIFACTS=FOLDER; or name a mirror: CLUSTERBOX_MIRROR=URL;"
                        + " './clusterbox up --through etcd' goes as far as it goes without them",
                problem.hint());
        assertEquals(List.of(), bench.store.files());
    }

    @Test
    void a_host_that_nobody_knows_is_said_once_and_in_words() {
        // RFC 6761: nobody may know it, whatever the network.
        var bench = bench("https://mirror.invalid");

        var problem = assertThrows(ProblemException.class, () -> bench.check(cluster, "kubelet"))
                .problem();
        assertEquals(
                "1 artifact cannot be had: mirror.invalid is not known here: kubelet (https://dl.example/v1/kubelet)",
                problem.message());
        var staged = assertThrows(ProblemException.class, () -> bench.stage(cluster, "kubelet"))
                .problem();
        assertEquals(problem, staged);
    }

    @Test
    void where_packages_do_nobody_is_needed_and_it_costs_next_to_nothing() {
        var bench = bench("http://127.0.0.1:1");
        bench.check(cluster, "etcd", "etcdctl", "runc");

        var given = cluster.with(bench.stage(cluster, "etcd", "etcdctl", "runc"));

        assertEquals(Map.of(), given.artifacts().binaries());
        assertEquals(Set.of("etcd", "etcdctl", "runc"), given.artifacts().packaged());
    }

    @Test
    void each_host_is_asked_one_question_and_none_about_what_is_there_or_settled() throws IOException {
        try (var publisher = Workbench.publisher()) {
            var bench = bench(publisher.url());
            Files.write(folder.resolve("kubelet"), Workbench.KUBELET);
            bench.check(cluster, "kubelet");
            assertEquals(List.of(), publisher.requests());

            bench.check(cluster, Workbench.ALL.toArray(String[]::new));
            assertEquals(1, publisher.requests().size());
            assertTrue(publisher.requests().getFirst().startsWith("HEAD "));

            var given = cluster.with(bench.stage(cluster, Workbench.ALL.toArray(String[]::new)));
            int asked = publisher.requests().size();
            long start = System.nanoTime();
            bench.check(given, Workbench.ALL.toArray(String[]::new));
            assertEquals(given.artifacts(), bench.stage(given, Workbench.ALL.toArray(String[]::new)));
            assertTrue(System.nanoTime() - start < Duration.ofSeconds(1).toNanos());
            assertEquals(asked, publisher.requests().size());
        }
    }

    @Test
    void a_folder_that_is_gone_is_no_trouble_for_what_is_settled() throws IOException {
        var bench = bench("");
        Files.write(folder.resolve("kubelet"), Workbench.KUBELET);
        var given = cluster.with(bench.stage(cluster, "kubelet"));
        Files.delete(folder.resolve("kubelet"));
        Files.delete(folder);

        bench.check(given, "kubelet");
        assertEquals(given.artifacts(), bench.stage(given, "kubelet"));
    }

    @Test
    void an_index_that_is_damaged_is_only_slower() throws IOException {
        Files.write(folder.resolve("kubelet"), Workbench.KUBELET);
        var given = bench("").stage(cluster, "kubelet");
        Files.writeString(temporary.resolve("state/artifacts.index"), "../../etc/passwd x y\n\n" + "0".repeat(64));

        assertEquals(given, bench("").stage(cluster, "kubelet"));
    }

    @Test
    void a_name_that_is_no_checksum_finds_nothing() {
        var bench = bench("");

        assertTrue(bench.store.find("../identity/gateway.pem").isEmpty());
        assertTrue(bench.store.find("").isEmpty());
        assertTrue(bench.store.find("0".repeat(64)).isEmpty());
    }
}

package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Confinement;
import dev.clusterbox.agent.operation.OperationParser;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a release becomes on a machine, compared with golden files; a new file of a release is covered by being there. */
final class ReleaseTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    /** The release that the others are like. */
    private static final String FULL = "1.36";

    private static final boolean UPDATE = Boolean.getBoolean("golden.update");
    private static final Path ALLOWED = Path.of("../provision-agent/src/main/image/etc/clusterbox/allowed.properties");

    private final Releases releases = new Releases();

    /** Everything of the usual cluster, of the others what differs, and of releases that are like 1.36 what differs. */
    static List<Rendered> rendered() {
        var usual = everything(Variant.USUAL);
        var others = Stream.of(Variant.WITHOUT_ARTIFACTS, Variant.OWN_KERNEL)
                .flatMap(variant -> everything(variant).stream())
                .filter(file -> usual.stream().noneMatch(file::sameAs));
        var all = Stream.concat(usual.stream(), others).toList();
        var full = all.stream().filter(file -> file.line().equals(FULL)).collect(Collectors.toSet());
        return all.stream()
                .filter(file -> file.line().equals(FULL) || !full.contains(file.of(FULL)))
                .toList();
    }

    private static List<Rendered> everything(Variant variant) {
        var releases = new Releases();
        var operations = releases.lines().stream()
                .flatMap(line ->
                        Rendered.HOSTS.stream().map(host -> OperationList.of(releases.get(line), variant, host)));
        return Stream.of(operations, Rendered.files(variant), Rendered.addons(variant))
                .flatMap(files -> files)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("rendered")
    void files_are_as_expected(Rendered file) throws IOException {
        var golden = file.golden(GOLDEN);
        if (UPDATE) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, file.content());
        }
        assertTrue(Files.exists(golden), () -> golden + " is not there: write it with -Dgolden.update=true");
        assertEquals(Files.readString(golden), file.content());
    }

    @Test
    void nothing_is_expected_that_is_not_there() throws IOException {
        var wanted = rendered().stream().map(file -> file.golden(GOLDEN)).collect(Collectors.toSet());
        try (var there = Files.walk(GOLDEN)) {
            for (var file : there.filter(Files::isRegularFile)
                    .filter(file -> !wanted.contains(file))
                    .toList()) {
                assertTrue(UPDATE, () -> "no release makes this any more: " + file);
                Files.delete(file);
            }
        }
    }

    /** A file that two components write would be changed with every run, and its unit started anew. */
    @Test
    void a_file_is_written_once() {
        for (var variant : Variant.values()) {
            var paths = Rendered.files(variant)
                    .map(file -> file.hostName() + file.path())
                    .toList();
            assertEquals(List.copyOf(new LinkedHashSet<>(paths)), paths);
        }
    }

    @Test
    void only_containerd_has_to_know_where_its_plugins_come_from() {
        var differ = everything(Variant.WITHOUT_ARTIFACTS).stream()
                .filter(file -> everything(Variant.USUAL).stream().noneMatch(file::sameAs))
                .map(Rendered::fileName)
                .distinct()
                .toList();
        assertEquals(List.of("operations.txt", "config.toml"), differ);
    }

    @Test
    void every_operation_is_allowed_by_the_agent() {
        var parser = new OperationParser(Confinement.read(ALLOWED));
        for (var line : releases.lines()) {
            for (var host : Rendered.HOSTS) {
                assertFalse(Rendered.operations(releases.get(line), Variant.USUAL, host).stream()
                        .map(parser::parse)
                        .toList()
                        .isEmpty());
            }
        }
    }

    @Test
    void etcd_has_the_tutorials_flags() {
        var unit = Rendered.files(Variant.USUAL)
                .filter(file -> file.path().endsWith("/etcd.service"))
                .findFirst()
                .orElseThrow()
                .content();
        for (var flag : List.of(
                "--name controller-1",
                "--peer-client-cert-auth",
                "--client-cert-auth",
                "--initial-advertise-peer-urls https://192.168.26.11:2380",
                "--listen-peer-urls https://192.168.26.11:2380",
                "--listen-client-urls https://192.168.26.11:2379,https://127.0.0.1:2379",
                "--advertise-client-urls https://192.168.26.11:2379",
                "--initial-cluster controller-1=https://192.168.26.11:2380,controller-2=https://192.168.26.12:2380,"
                        + "controller-3=https://192.168.26.13:2380",
                "--initial-cluster-state ${INITIAL_CLUSTER_STATE}",
                "Environment=INITIAL_CLUSTER_STATE=new",
                "--data-dir=/var/lib/etcd")) {
            assertTrue(unit.contains(flag), flag);
        }
    }

    @Test
    void a_certificate_is_allowed_by_role() {
        var cluster = Clusters.tutorial();
        var release = releases.get("1.36");
        var right = release.certificate("etcd-server", cluster, cluster.node("controller-2"))
                .orElseThrow();

        assertEquals(cluster.uid() + ".etcd", right.authority());
        assertEquals("CN=controller-2,O=etcd", right.subject());
        assertEquals(List.of("dns:controller-2", "dns:localhost", "ip:192.168.26.12", "ip:127.0.0.1"), right.names());
        assertEquals(Optional.empty(), release.certificate("etcd-server", cluster, cluster.node("node-1")));
        assertEquals(Optional.empty(), release.certificate("etcd-server", cluster, cluster.node("haproxy")));
        assertEquals(Optional.empty(), release.certificate("admin", cluster, cluster.node("node-1")));
        assertEquals(Optional.empty(), release.certificate("kubelet-client", cluster, cluster.node("controller-1")));
        assertEquals(Optional.empty(), release.certificate("no-such", cluster, cluster.node("controller-1")));
    }

    @Test
    void a_machine_asks_for_exactly_what_it_may_have() {
        var cluster = Clusters.tutorial();
        var release = releases.get("1.36");
        for (var node : cluster.nodes()) {
            release.through().stream()
                    .flatMap(step -> release.operations(step, cluster, node, Clusters.secrets()).stream())
                    .filter(Operation::hasMakeCertificate)
                    .map(Operation::getMakeCertificate)
                    .forEach(wish -> {
                        var right = release.certificate(wish.getProfile(), cluster, node)
                                .orElseThrow();
                        assertEquals(right.subject(), wish.getSubject());
                        assertEquals(right.names(), wish.getNamesList());
                    });
        }
    }

    @Test
    void an_unknown_release_is_refused() {
        assertThrows(ProblemException.class, () -> releases.get("1.9"));
        assertThrows(ProblemException.class, () -> releases.get("../1.36"));
    }

    @Test
    void a_machine_without_a_part_in_a_step_has_nothing_to_do() {
        var cluster = Clusters.tutorial();
        assertEquals(
                List.of(),
                releases.get("1.36")
                        .operations("etcd", cluster, cluster.nodes(Role.NODE).getFirst(), Clusters.secrets()));
    }

    @Test
    void a_key_that_nobody_reads_is_a_mistake() {
        var yaml = java.util.Map.of(
                "kubernetes", "1.0", "through", List.of(), "components", List.of(), "componets", List.of());
        assertThrows(
                IllegalArgumentException.class,
                () -> ReleaseFile.parse(yaml, new Templates(List.of("/releases/v1.36/")), releases::get));
    }
}

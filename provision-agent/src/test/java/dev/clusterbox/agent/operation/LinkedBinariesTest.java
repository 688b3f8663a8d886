package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executables from a folder that is mounted read-only, and what only looks like one. */
class LinkedBinariesTest {

    private static final String KUBELET = "/usr/local/bin/kubelet";

    private Bench bench;
    private String sha256;

    @BeforeEach
    void machine(@TempDir Path root) throws Exception {
        bench = new Bench(root);
        sha256 = bench.localArtifact("ELF".getBytes(StandardCharsets.UTF_8));
    }

    private Operation.Builder kubelet() {
        return Operation.newBuilder()
                .setInstallBinary(InstallBinary.newBuilder().setPath(KUBELET).setSha256(sha256));
    }

    private void assertIsLink(String sha256) throws Exception {
        assertEquals(Path.of("/opt/clusterbox/artifacts", sha256), Files.readSymbolicLink(bench.at(KUBELET)));
    }

    private void assertIsFile(String content) throws Exception {
        assertTrue(Files.isRegularFile(bench.at(KUBELET), LinkOption.NOFOLLOW_LINKS));
        assertEquals(content, bench.read(KUBELET));
    }

    @Test
    void it_is_linked_once() throws Exception {
        bench.mountArtifacts("ro,nosuid,relatime");
        var announced = assertInstanceOf(Changed.class, bench.dryRun(kubelet()));
        assertFalse(Files.exists(bench.at(KUBELET), LinkOption.NOFOLLOW_LINKS));
        var done = assertInstanceOf(Changed.class, bench.run(kubelet()));
        assertEquals("ln -sfn /opt/clusterbox/artifacts/%s %s".formatted(sha256, KUBELET), done.equivalent());
        assertEquals(announced.equivalent(), done.equivalent());
        assertIsLink(sha256);
        assertInstanceOf(Unchanged.class, bench.run(kubelet()));
        assertEquals(
                List.of(KUBELET),
                bench.files().stream().filter(file -> file.startsWith("/usr")).toList());
    }

    @Test
    void its_checksum_is_not_computed_again() throws Exception {
        bench.mountArtifacts("ro");
        bench.write("/opt/clusterbox/artifacts/" + sha256, "what the store is trusted with");
        bench.run(kubelet());
        assertIsLink(sha256);
    }

    @Test
    void an_earlier_file_or_link_is_replaced() throws Exception {
        bench.run(kubelet());
        assertIsFile("ELF");
        bench.mountArtifacts("ro");
        assertInstanceOf(Changed.class, bench.run(kubelet()));
        assertIsLink(sha256);
        sha256 = bench.localArtifact("ELF 2".getBytes(StandardCharsets.UTF_8));
        assertInstanceOf(Changed.class, bench.run(kubelet()));
        assertIsLink(sha256);
        // What the links led to is untouched.
        assertEquals("ELF 2", bench.read("/opt/clusterbox/artifacts/" + sha256));
    }

    @Test
    void a_link_whose_folder_is_gone_becomes_a_file() throws Exception {
        bench.mountArtifacts("ro");
        bench.run(kubelet());
        bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        Files.delete(bench.at("/opt/clusterbox/artifacts/" + sha256));
        assertInstanceOf(Changed.class, bench.run(kubelet()));
        assertIsFile("ELF");
    }

    @Test
    void a_folder_that_can_be_written_to_is_not_trusted() throws Exception {
        var forged = bench.write("/opt/clusterbox/artifacts/" + sha256, "EVL");
        for (var later : List.<List<String>>of(
                List.of(),
                List.of("2300 2200 0:60 / /opt/clusterbox/artifacts rw - tmpfs tmpfs rw"),
                List.of("2300 2100 0:60 / /opt rw - tmpfs tmpfs rw"))) {
            bench.mountArtifacts(later.isEmpty() ? "rw" : "ro", later.toArray(String[]::new));
            var e = assertThrows(ProblemException.class, () -> bench.run(kubelet()));
            assertTrue(e.problem().message().contains("expected: " + sha256), e.getMessage());
            assertFalse(Files.exists(bench.at(KUBELET), LinkOption.NOFOLLOW_LINKS));
        }
        assertEquals("EVL", Files.readString(forged));
    }

    @Test
    void a_folder_that_is_a_link_is_not_trusted() throws Exception {
        bench.mountArtifacts("ro");
        Files.move(bench.at("/opt/clusterbox"), bench.at("/tmp-of-somebody"));
        Files.createSymbolicLink(bench.at("/opt/clusterbox"), Path.of("../tmp-of-somebody"));
        bench.write("/tmp-of-somebody/artifacts/" + sha256, "EVL");
        assertThrows(ProblemException.class, () -> bench.run(kubelet()));
    }

    @Test
    void an_artifact_that_is_a_link_is_not_followed() throws Exception {
        bench.mountArtifacts("ro");
        var local = bench.at("/opt/clusterbox/artifacts/" + sha256);
        Files.delete(local);
        Files.createSymbolicLink(local, bench.write("/tmp/evil", "EVL"));
        bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        bench.run(kubelet());
        assertIsFile("ELF");
    }

    @Test
    void what_could_not_be_executed_there_is_copied() throws Exception {
        bench.mountArtifacts("ro,noexec");
        assertInstanceOf(Changed.class, bench.run(kubelet()));
        assertIsFile("ELF");
        assertInstanceOf(Unchanged.class, bench.run(kubelet()));

        bench.mountArtifacts("ro");
        Mode.PUBLIC.set(bench.at("/opt/clusterbox/artifacts/" + sha256));
        bench.run(kubelet());
        assertIsFile("ELF");
        assertTrue(Files.isExecutable(bench.at(KUBELET)));
    }

    @Test
    void a_folder_at_the_target_is_a_problem() throws Exception {
        bench.mountArtifacts("ro");
        bench.write(KUBELET + "/x", "x");
        assertThrows(ProblemException.class, () -> bench.run(kubelet()));
        assertEquals("x", bench.read(KUBELET + "/x"));
    }
}

package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A program that is not what its checksum says reaches no machine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WrongChecksumTest {

    @TempDir
    private static Path artifacts = Path.of("");

    private Installation installation;

    @BeforeAll
    void start() throws Exception {
        installation = Installation.start("wrong-checksum", 26000, Map.of(Artifacts.VARIABLE, artifacts.toString()));
    }

    @AfterAll
    void stop() throws Exception {
        installation.stop();
    }

    @Test
    void a_wrong_checksum_stops_up_before_anything_is_made() throws Exception {
        var before = network();
        Files.writeString(artifacts.resolve("etcd"), "#!/bin/sh\necho not etcd\n");
        Files.writeString(artifacts.resolve("SHA256SUMS"), "%s  etcd%n".formatted("0123456789abcdef".repeat(4)));

        var run = installation.clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes");

        assertNotEquals(0, run.exitCode(), run.output());
        assertTrue(run.output().contains("checksum"), run.output());
        assertTrue(run.output().contains("SHA256SUMS"), run.output());
        assertEquals(before, network());
        assertEquals(
                List.of(),
                Api.elements(installation
                        .vms()
                        .get("/v1/providers/nspawn/machines?cluster=demo")
                        .expect(200)
                        .json()
                        .getAsJsonArray("machines")));
        assertEquals(
                List.of(),
                Api.elements(installation
                        .vms()
                        .get("/v1/providers/nspawn/networks")
                        .expect(200)
                        .json()
                        .getAsJsonArray("networks")));

        Files.delete(artifacts.resolve("SHA256SUMS"));
        Files.delete(artifacts.resolve("etcd"));
        installation
                .clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes")
                .succeeded();
        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    /** What is in the tests' own network; no other cluster of this computer shows in there. */
    private static Map<String, Set<String>> network() throws Exception {
        var snapshot = new TreeMap<>(Host.snapshot());
        snapshot.keySet().retainAll(Set.of("interfaces", "routes", "firewall"));
        return snapshot;
    }
}

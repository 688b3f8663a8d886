package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
    void a_wrong_checksum_stops_up_before_anything_is_installed() throws Exception {
        Files.writeString(artifacts.resolve("etcd"), "#!/bin/sh\necho not etcd\n");
        Files.writeString(artifacts.resolve("SHA256SUMS"), "%s  etcd%n".formatted("0123456789abcdef".repeat(4)));

        var run = installation.clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes");

        assertNotEquals(0, run.exitCode(), run.output());
        assertTrue(run.output().contains("checksum"), run.output());
        assertTrue(run.output().contains("SHA256SUMS"), run.output());
        // Files are looked at while the machines are made, so these may be there; nothing is told to them.
        assertFalse(run.output().contains("Await agents"), run.output());

        Files.delete(artifacts.resolve("SHA256SUMS"));
        Files.delete(artifacts.resolve("etcd"));
        installation
                .clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes")
                .succeeded();
        Healthy.assertThrough(installation, "demo", 3, 3);
    }
}

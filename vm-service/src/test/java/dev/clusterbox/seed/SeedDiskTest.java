package dev.clusterbox.seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.HardwareAddress;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk as Linux sees it, and what cannot be said on it. */
final class SeedDiskTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.67Z");
    private static final LocalRunner RUNNER = new LocalRunner();

    @TempDir
    Path scratch;

    private Path disk() throws Exception {
        return Files.write(scratch.resolve("seed.iso"), SeedDisks.DISK.image(NOW));
    }

    @Test
    void a_guest_finds_it_by_its_label_and_sees_that_it_is_another_than_before() throws Exception {
        var first = blkid(disk());
        Files.write(scratch.resolve("seed.iso"), SeedDisks.DISK.image(NOW.plusSeconds(1)));
        var second = blkid(scratch.resolve("seed.iso"));

        assertTrue(first.contains("\nLABEL=CLUSTERBOX\n"), first);
        assertTrue(first.contains("\nTYPE=iso9660\n"), first);
        assertFalse(first.equals(second), second);
    }

    private static String blkid(Path disk) throws InterruptedException {
        return RUNNER.run(Command.of("blkid", "-p", "-o", "export", disk.toString()))
                .orFail();
    }

    /** With Rock Ridge's names, with Joliet's, and byte for byte. */
    @ParameterizedTest
    @ValueSource(strings = {"loop,ro", "loop,ro,norock"})
    void the_kernel_mounts_it_and_reads_back_what_went_in(String options) throws Exception {
        var supported = Files.readString(Path.of("/proc/filesystems")).contains("iso9660");
        if (!supported) {
            System.out.println("NOT TESTED: that the kernel mounts a seed disk: this host's has no iso9660");
        }
        assumeTrue(supported);
        RUNNER.run(Command.of(
                        "unshare", "--mount", "sh", "-ec", """
                        mount -t iso9660 -o "$2" "$1" /mnt
                        cp /mnt/* "$3"
                        """, "sh", disk().toString(), options, scratch.toString()))
                .orFail();
        assertReadBack(scratch);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-R", "-J"})
    void another_reader_reads_back_what_went_in(String names) throws Exception {
        var installed = LocalRunner.find("isoinfo").isPresent();
        if (!installed) {
            System.out.println("NOT TESTED: that isoinfo reads a seed disk: it is not installed (genisoimage)");
        }
        assumeTrue(installed);
        for (var file : SeedDisks.DISK.files(NOW).keySet()) {
            // Joliet's names have a dot and a version, which Linux leaves out.
            var path = "/" + file + (names.equals("-R") ? "" : file.contains(".") ? ";1" : ".;1");
            var text = RUNNER.run(Command.of("isoinfo", names, "-i", disk().toString(), "-x", path))
                    .orFail();
            Files.writeString(scratch.resolve(file), text);
        }
        assertReadBack(scratch);
    }

    private static void assertReadBack(Path folder) throws Exception {
        for (var file : SeedDisks.DISK.files(NOW).entrySet()) {
            assertEquals(file.getValue(), Files.readString(folder.resolve(file.getKey())), file.getKey());
        }
    }

    @Test
    void its_files_are_those_that_the_machine_knows_what_to_do_with() {
        var files = SeedDisks.DISK.files(NOW);

        assertEquals(SeedDisks.SEED.asProperties(NOW, "own"), files.get("seed.properties"));
        assertEquals("node-1\n", files.get("hostname"));
        assertEquals("127.0.0.1 localhost\n192.168.56.10 haproxy\n192.168.56.21 node-1\n", files.get("hosts"));
        assertTrue(files.getOrDefault("05-nat.network", "").contains("\nMACAddress=08:00:27:00:00:01\n"));
        assertTrue(files.getOrDefault("05-nat.network", "").contains("\nDHCP=ipv4\n"));
        assertTrue(files.getOrDefault("10-clusterbox.network", "").contains("\nMACAddress=08:00:27:00:00:02\n"));
        assertTrue(files.getOrDefault("10-clusterbox.network", "").contains("\nAddress=192.168.56.21/24\n"));
        assertEquals(SeedDisks.KEY + "\n", files.get("authorized_keys"));
    }

    @Test
    void a_disk_without_a_key_has_no_file_for_it() {
        var seed = new Seed(
                SeedDisks.SEED.machine(),
                SeedDisks.SEED.token(),
                SeedDisks.SEED.gateway(),
                SeedDisks.SEED.authority(),
                SeedDisks.SEED.hostName(),
                SeedDisks.SEED.address());
        var disk = new SeedDisk(seed, SeedDisks.NETWORK, SeedDisks.NAT, SeedDisks.HOST_ONLY, Map.of());

        assertFalse(disk.files(NOW).containsKey("authorized_keys"));
    }

    @Test
    void an_address_outside_of_the_network_is_refused() {
        for (var range : List.of("192.168.57.0/24", "192.168.56.0/28", "192.168.56.20/30")) {
            assertThrows(
                    ProblemException.class,
                    () -> new SeedDisk(SeedDisks.SEED, Cidr.parse(range), SeedDisks.NAT, SeedDisks.HOST_ONLY, Map.of()),
                    range);
        }
    }

    @Test
    void two_adapters_are_not_the_same() {
        assertThrows(
                ProblemException.class,
                () -> new SeedDisk(SeedDisks.SEED, SeedDisks.NETWORK, SeedDisks.NAT, SeedDisks.NAT, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a b", "a\n10.0.0.1 registry.k8s.io", "a#", "", "-a", "A", "ä", "a\\", "a\t", "127.0.0.1 a"})
    void a_name_cannot_say_more_than_a_name(String name) {
        var hosts = Map.of(name, Ipv4.parse("192.168.56.10"));

        assertThrows(
                ProblemException.class,
                () -> new SeedDisk(SeedDisks.SEED, SeedDisks.NETWORK, SeedDisks.NAT, SeedDisks.HOST_ONLY, hosts));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08:00:27:00:00:01\nDHCP=yes",
                "08:00:27:00:00:01\n\n[Route]\nGateway=10.0.0.1",
                "08:00:27:00:00:01 08:00:27:00:00:02",
                "*",
                "",
                "09:00:27:00:00:01",
                "ff:ff:ff:ff:ff:ff",
                "08-00-27-00-00-01",
                "0800270000011"
            })
    void a_hardware_address_is_one_adapters(String text) {
        assertThrows(ProblemException.class, () -> HardwareAddress.parse(text));
    }

    @Test
    void a_hardware_address_is_read_as_linux_and_as_virtualbox_write_it() {
        assertEquals(HardwareAddress.parse("08:00:27:ab:cd:ef"), HardwareAddress.parse("080027ABCDEF"));
        assertEquals("080027ABCDEF", HardwareAddress.parse("08:00:27:AB:cd:ef").withoutColons());
    }
}

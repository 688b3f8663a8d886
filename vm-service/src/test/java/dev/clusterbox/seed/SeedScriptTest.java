package dev.clusterbox.seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.LocalRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the guest's script makes of a disk, in a folder in place of a machine. Mounting is a copy here, because a host's kernel may know
 * no ISO 9660; the same script meets a real disk in a machine of its own in the slow tests.
 */
final class SeedScriptTest {

    private static final Path GUEST = Path.of("src/main/resources/guest").toAbsolutePath();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final LocalRunner RUNNER = new LocalRunner();

    private static final String SEED = "var/lib/clusterbox/seed.properties";
    private static final String KEYS = "etc/clusterbox/authorized_keys";

    @TempDir
    Path scratch;

    private Path root = Path.of("");
    private Path disk = Path.of("");

    @BeforeEach
    void machine() throws IOException {
        root = Files.createDirectory(scratch.resolve("root"));
        disk = Files.createDirectory(scratch.resolve("disk"));
        write("root/proc/sys/kernel/hostname", "clusterbox");
        write("root/etc/hostname", "clusterbox\n");
        write("root/etc/fstab", "# not ours\n");
        write("root/sys/class/net/lo/address", "00:00:00:00:00:00\n");
        write("root/sys/class/net/enp0s3/address", SeedDisks.NAT + "\n");
        write("root/sys/class/net/enp0s8/address", SeedDisks.HOST_ONLY + "\n");
        program("mount", "[ -d \"$5\" ] || { echo \"mount: wrong fs type\" >&2; exit 32; }; cp -a \"$5/.\" \"$6\"");
        program("umount", "rm -rf \"$1\"/*");
        program("systemctl", "echo systemctl \"$@\" >> " + log());
        program("networkctl", "echo networkctl \"$@\" >> " + log());
        insert(SeedDisks.DISK);
    }

    private Path log() {
        return scratch.resolve("log");
    }

    private void write(String path, String text) throws IOException {
        var file = scratch.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void program(String name, String script) throws IOException {
        write("bin/" + name, "#!/bin/sh\nset -e\n" + script + "\n");
        Files.setPosixFilePermissions(scratch.resolve("bin/" + name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void insert(SeedDisk seed) throws IOException {
        try (var old = Files.list(disk)) {
            for (var file : old.toList()) {
                Files.delete(file);
            }
        }
        for (var file : seed.files(NOW).entrySet()) {
            Files.writeString(disk.resolve(file.getKey()), file.getValue());
        }
    }

    private CommandResult run() throws InterruptedException {
        return RUNNER.run(Command.of(
                        "sh",
                        GUEST.resolve("opt/clusterbox/guest/clusterbox-seed").toString())
                .with(Map.of(
                        "CLUSTERBOX_ROOT",
                        root.toString(),
                        "CLUSTERBOX_DISK",
                        disk.toString(),
                        "CLUSTERBOX_TRIES",
                        "3",
                        "PATH",
                        scratch.resolve("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin")));
    }

    private Map<String, String> state() throws IOException {
        var state = new TreeMap<String, String>();
        try (var all = Files.walk(root)) {
            for (var file : all.filter(Files::isRegularFile).toList()) {
                state.put(root.relativize(file).toString(), Files.getLastModifiedTime(file) + Files.readString(file));
            }
        }
        return state;
    }

    private String text(String path) throws IOException {
        return Files.readString(root.resolve(path));
    }

    private String commands() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    private void assertRefused(String because) throws Exception {
        var before = state();

        var result = run();

        assertEquals(1, result.exitCode(), result.toString());
        assertTrue(
                result.stderr().contains(because) && result.stderr().contains("nothing was changed"), result.stderr());
        assertEquals(before, state());
        assertEquals("", commands());
    }

    @Test
    void a_machine_becomes_who_its_disk_says_it_is() throws Exception {
        run().orFail();

        for (var file : Map.of(
                        "hostname", "etc/hostname",
                        "hosts", "etc/hosts",
                        "05-nat.network", "etc/systemd/network/05-nat.network",
                        "10-clusterbox.network", "etc/systemd/network/10-clusterbox.network",
                        "authorized_keys", KEYS,
                        "seed.properties", SEED)
                .entrySet()) {
            assertEquals(SeedDisks.DISK.files(NOW).get(file.getKey()), text(file.getValue()));
        }
        assertEquals("node-1", text("proc/sys/kernel/hostname"));
        assertEquals("rw-------", permissions(SEED));
        assertEquals("rw-------", permissions(KEYS));
        assertEquals("rwx------", permissions("var/lib/clusterbox"));
        assertEquals("rw-r--r--", permissions("etc/hosts"));
        assertEquals("rw-r--r--", permissions("etc/systemd/network/10-clusterbox.network"));
        assertEquals("""
                systemctl --quiet is-active systemd-networkd.service
                networkctl reload
                systemctl --no-block start ssh.service
                """, commands());
    }

    private String permissions(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
    }

    @Test
    void run_twice_it_changes_nothing_and_leaves_nothing_behind() throws Exception {
        run().orFail();
        var before = state();
        Files.delete(log());

        run().orFail();

        assertEquals(before, state());
        assertEquals("", commands());
        try (var left = Files.list(root.resolve("run/clusterbox"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void another_disk_in_its_place_counts_from_then_on() throws Exception {
        run().orFail();
        var seed = SeedDisks.SEED;
        var other = new Seed(
                seed.machine(), "another-token-of-16", seed.gateway(), seed.authority(), "node-2", seed.address());
        insert(new SeedDisk(other, SeedDisks.NETWORK, SeedDisks.NAT, SeedDisks.HOST_ONLY, Map.of()));

        run().orFail();

        assertEquals("node-2", text("proc/sys/kernel/hostname"));
        assertTrue(text(SEED).contains("another-token-of-16"));
        assertFalse(Files.exists(root.resolve(KEYS)), "who may not log in any more does not");
    }

    @Test
    void networkd_is_told_only_when_it_runs() throws Exception {
        program("systemctl", "exit 3");

        run().orFail();

        assertEquals("", commands());
        assertTrue(Files.exists(root.resolve(SEED)));
    }

    /** As early in a boot, when there is no D-Bus yet. */
    @Test
    void a_networkd_that_cannot_be_told_is_started_anew_and_the_agent_gets_its_seed_in_any_case() throws Exception {
        program("networkctl", "echo 'Failed to reload network settings' >&2; exit 1");
        program(
                "systemctl",
                "echo systemctl \"$@\" >> %s; [ \"$2\" != try-restart ] && [ \"$2\" != start ]".formatted(log()));

        run().orFail();

        assertTrue(commands().contains("systemctl --no-block try-restart systemd-networkd.service\n"), commands());
        assertTrue(Files.exists(root.resolve(SEED)));
        assertTrue(Files.exists(root.resolve(KEYS)));
    }

    @Test
    void without_a_disk_nothing_happens() throws Exception {
        disk = scratch.resolve("no-disk");
        var before = state();

        assertEquals(0, run().exitCode());
        assertEquals(before, state());
    }

    @Test
    void a_disk_that_cannot_be_read_changes_nothing() throws Exception {
        disk = Files.writeString(scratch.resolve("garbage"), "garbage");

        assertRefused("cannot be mounted");
    }

    @Test
    void a_disk_for_another_machine_changes_nothing() throws Exception {
        write("root/sys/class/net/enp0s8/address", "08:00:27:00:00:09\n");

        assertRefused("is for another machine: here is no adapter 08:00:27:00:00:02");
    }

    @Test
    void an_adapter_that_comes_late_is_waited_for() throws Exception {
        Files.delete(root.resolve("sys/class/net/enp0s8/address"));
        program("sleep", "echo %s > %s".formatted(SeedDisks.HOST_ONLY, root.resolve("sys/class/net/enp0s8/address")));

        run().orFail();

        assertEquals("node-1\n", text("etc/hostname"));
    }

    @ParameterizedTest
    @CsvSource({
        "hostname, 'node-1\nnode-2\n', two host names",
        "hostname, 'Node 1\n', host name is none",
        "hostname, '../x\n', host name is none",
        "seed.properties, 'kernel=own\n', names no machine",
        "seed.properties, 'machine=a\nkernel=shared\n', without a kernel of its own",
        "10-clusterbox.network, '[Match]\nName=*\n', names no adapter",
        "05-nat.network, '[Match]\nMACAddress=*\n', for another machine"
    })
    void a_disk_on_which_something_is_wrong_changes_nothing(String file, String text, String because) throws Exception {
        Files.writeString(disk.resolve(file), text);

        assertRefused(because);
    }

    @Test
    void a_disk_on_which_a_file_is_missing_or_too_large_or_a_link_changes_nothing() throws Exception {
        var hosts = disk.resolve("hosts");
        Files.writeString(hosts, "x".repeat(65_537));
        assertRefused("hosts on the seed disk is too large");
        Files.delete(hosts);
        assertRefused("the seed disk has no file hosts");
        Files.createSymbolicLink(hosts, Path.of("hostname"));
        assertRefused("the seed disk has no file hosts");
    }

    @Test
    void a_link_in_a_files_place_is_replaced_and_not_followed() throws Exception {
        var outside = Files.writeString(scratch.resolve("outside"), "untouched");
        Files.delete(root.resolve("etc/hostname"));
        Files.createSymbolicLink(root.resolve("etc/hostname"), outside);

        run().orFail();

        assertEquals("untouched", Files.readString(outside));
        assertTrue(Files.isRegularFile(root.resolve("etc/hostname"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void systemd_finds_nothing_wrong_with_the_unit() throws Exception {
        var units = Files.createDirectories(root.resolve("etc/systemd/system"));
        var text = Files.readString(GUEST.resolve("etc/systemd/system/clusterbox-seed.service"));
        // The program is not at its place on this host.
        Files.writeString(
                units.resolve("clusterbox-seed.service"),
                text.replace("/opt/clusterbox/guest/", GUEST.resolve("opt/clusterbox/guest") + "/"));

        var result = RUNNER.run(Command.of(
                "systemd-analyze",
                "verify",
                "--man=no",
                units.resolve("clusterbox-seed.service").toString()));

        assertEquals(0, result.exitCode(), result.toString());
        assertEquals("", result.stderr());
    }
}

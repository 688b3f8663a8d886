package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.InstallPackage;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.SetSysctl;
import dev.clusterbox.agent.v1.SwapOff;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernel, swap and packages. */
class MachineSettingsTest {

    private static final Operation.Builder FORWARD = Operation.newBuilder()
            .setSetSysctl(SetSysctl.newBuilder().setKey("net.ipv4.ip_forward").setValue("1"));
    private static final Operation.Builder SWAP = Operation.newBuilder().setSwapOff(SwapOff.getDefaultInstance());
    private static final Operation.Builder HAPROXY =
            Operation.newBuilder().setInstallPackage(InstallPackage.newBuilder().setName("haproxy"));

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
    }

    @Test
    void a_sysctl_is_set_now_and_for_the_next_boot_once() throws Exception {
        bench.write("/proc/sys/net/ipv4/ip_forward", "0\n");
        assertInstanceOf(Changed.class, bench.dryRun(FORWARD));
        assertEquals("0\n", bench.read("/proc/sys/net/ipv4/ip_forward"));
        assertInstanceOf(Changed.class, bench.run(FORWARD));
        assertEquals("1\n", bench.read("/proc/sys/net/ipv4/ip_forward"));
        assertEquals("net.ipv4.ip_forward = 1\n", bench.read("/etc/sysctl.d/90-clusterbox-net.ipv4.ip_forward.conf"));
        assertInstanceOf(Unchanged.class, bench.run(FORWARD));
    }

    @Test
    void a_sysctl_the_kernel_does_not_have_is_a_problem() {
        assertThrows(ProblemException.class, () -> bench.run(FORWARD));
    }

    @Test
    void a_shared_kernel_is_looked_at_and_left_alone() throws Exception {
        bench.sharedKernel = true;
        bench.write("/proc/sys/net/ipv4/ip_forward", "0\n");
        bench.write("/proc/swaps", "Filename Type Size\n/dev/sda2 partition 1\n");
        bench.write("/etc/fstab", "/dev/sda2 none swap sw 0 0\n");
        var before = bench.files();

        assertEquals(
                new Unchanged("net.ipv4.ip_forward is 0, not 1; the kernel is the host's and is not changed from here"),
                bench.run(FORWARD));
        assertInstanceOf(Unchanged.class, bench.run(SWAP));

        assertEquals("0\n", bench.read("/proc/sys/net/ipv4/ip_forward"));
        assertEquals(before, bench.files());
        assertEquals(List.of(), bench.commands);
    }

    @Test
    void swap_goes_off_now_and_stays_off() throws Exception {
        bench.write("/proc/swaps", "Filename Type Size\n/dev/sda2 partition 1\n");
        bench.write("/etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n");
        bench.on("swapoff -a", 0, "");
        assertInstanceOf(Changed.class, bench.dryRun(SWAP));
        assertEquals(List.of(), bench.commands);
        assertInstanceOf(Changed.class, bench.run(SWAP));
        assertEquals(List.of("swapoff -a"), bench.commands);
        assertEquals("/dev/sda1 / ext4 defaults 0 1\n# /dev/sda2 none swap sw 0 0\n", bench.read("/etc/fstab"));
        assertEquals(Path.of("/dev/null"), Files.readSymbolicLink(bench.at("/etc/systemd/system/swap.target")));
        bench.write("/proc/swaps", "Filename Type Size\n");
        assertInstanceOf(Unchanged.class, bench.run(SWAP));
    }

    @Test
    void a_package_that_is_there_needs_no_process() throws Exception {
        bench.write(
                "/var/lib/dpkg/status",
                "Package: bash\nStatus: install ok installed\n\nPackage: haproxy\nStatus: install ok installed\n");
        assertInstanceOf(Unchanged.class, bench.run(HAPROXY));
        assertEquals(List.of(), bench.commands);
    }

    @Test
    void a_package_that_was_removed_is_installed() throws Exception {
        bench.write(
                "/var/lib/dpkg/status",
                "Package: haproxy\nStatus: deinstall ok config-files\n\nPackage: haproxy-doc\nStatus: install ok installed\n");
        bench.on("apt-get -q update", 0, "");
        bench.on("apt-get -q -y --no-install-recommends install -- haproxy", 0, "");
        assertInstanceOf(Changed.class, bench.run(HAPROXY));
        assertEquals(2, bench.commands.size());
        bench.on("apt-get -q update", 100, "");
        var e = assertThrows(ProblemException.class, () -> bench.run(HAPROXY));
        assertTrue(e.problem().message().contains("it failed"), e.getMessage());
    }
}

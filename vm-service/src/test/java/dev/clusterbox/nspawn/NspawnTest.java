package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineProviderContract;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem.Code;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real machines: each boots systemd. After each test the host is as it was before, or the test has failed. */
final class NspawnTest extends MachineProviderContract {

    @TempDir
    Path scratch;

    private @Nullable NspawnHost host;
    private @Nullable HostState before;

    private Path state() {
        return scratch.resolve("state");
    }

    @BeforeEach
    void lookAtTheHost() throws Exception {
        before = HostState.now(state());
    }

    @Override
    protected MachineProvider provider() throws Exception {
        if (host == null) {
            host = TestHost.open(state(), TestHost.agent(scratch.resolve("agent")));
        }
        return host.provider();
    }

    /** What a service that ends, however it ends, leaves to the next one. */
    private MachineProvider restarted() throws Exception {
        if (host != null) {
            host.close();
        }
        host = null;
        return provider();
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        var provider = provider();
        for (var machine : provider.list()) {
            provider.delete(machine.name());
        }
        for (var network : provider.networks()) {
            provider.deleteNetwork(network.name());
        }
        if (host != null) {
            host.close();
        }
        assertEquals(before, HostState.now(state()));
        for (var folder : List.of("machines", "networks")) {
            try (var left = Files.list(state().resolve("nspawn").resolve(folder))) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    private Machine running(MachineSpec spec) throws Exception {
        var provider = provider();
        if (provider.networks().isEmpty()) {
            provider.createNetwork(NETWORK);
        }
        provider.create(spec);
        return provider.start(spec.name());
    }

    /** Runs a command in a machine, by the way that the machine tells. */
    private static CommandResult in(Machine machine, String... command) throws InterruptedException {
        var all = new ArrayList<>(machine.enter());
        all.addAll(List.of(command));
        return TestHost.RUNNER.run(Command.of(all));
    }

    private MachineFolder folder() {
        return new MachineFolder(
                state().resolve("nspawn/machines").resolve(SPEC.name().text()));
    }

    private static void awaitBoot(Machine machine) throws InterruptedException {
        for (int i = 0;
                i < 500 && !in(machine, "systemctl", "is-system-running").succeeded();
                i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    @Test
    void a_machine_boots_with_nothing_failed_and_knows_who_it_is() throws Exception {
        var machine = running(SPEC);
        awaitBoot(machine);

        assertEquals("running\n", in(machine, "systemctl", "is-system-running").stdout());
        assertEquals(
                "lb\n",
                in(machine, "cat", "/proc/sys/kernel/hostname", "/etc/hostname")
                        .stdout()
                        .replaceFirst("lb\n", ""));
        assertEquals(
                machine.id().toString().replace("-", "") + "\n",
                in(machine, "cat", "/etc/machine-id").stdout());
        assertTrue(in(machine, "getent", "hosts", "lb").stdout().startsWith("192.168.56.10 "));
        assertEquals(
                "stand-in\n",
                in(machine, "cat", "/opt/clusterbox/agent/version").stdout());
        assertEquals("/root\n", in(machine, "pwd").stdout());
    }

    @Test
    void a_machine_learns_the_names_of_those_that_come_later_and_forgets_those_that_have_gone() throws Exception {
        var machine = running(SPEC);

        provider().create(SPEC.knowing(Map.of("lb", SPEC.address(), "late", Ipv4.parse("192.168.56.24"))));
        assertTrue(in(machine, "getent", "hosts", "late").stdout().startsWith("192.168.56.24 "));
        assertTrue(in(machine, "getent", "hosts", "lb").stdout().startsWith("192.168.56.10 "));

        provider().stop(SPEC.name(), true);
        provider().create(SPEC);
        var again = provider().start(SPEC.name());
        assertFalse(in(again, "getent", "hosts", "late").succeeded());
    }

    @Test
    void the_packages_of_a_cluster_are_there_and_their_services_are_not() throws Exception {
        var machine = running(SPEC);
        awaitBoot(machine);

        for (var program :
                List.of("haproxy", "etcd", "etcdctl", "containerd", "runc", "ipset", "conntrack", "socat", "nft")) {
            assertTrue(in(machine, "sh", "-c", "command -v " + program).succeeded(), program);
        }
        for (var service : List.of("haproxy", "etcd", "containerd")) {
            assertEquals(
                    "masked\n", in(machine, "systemctl", "is-enabled", service).stdout());
        }
    }

    @Test
    void the_hosts_clock_and_modules_are_out_of_reach_even_for_whoever_enters() throws Exception {
        var machine = running(SPEC);

        assertFalse(in(machine, "date", "-s", "2020-01-01").succeeded());
        for (var process : List.of("1", "self")) {
            var line = in(machine, "grep", "CapBnd", "/proc/" + process + "/status")
                    .stdout();
            long capabilities = Long.parseUnsignedLong(line.replaceAll("\\s|CapBnd:", ""), 16);
            assertEquals(0, capabilities & (1L << 25 | 1L << 16), "CAP_SYS_TIME and CAP_SYS_MODULE: " + line);
        }
        assertFalse(in(machine, "sh", "-c", "echo 1 > /proc/sys/kernel/panic").succeeded());
    }

    @Test
    void machines_reach_each_other_and_the_host_over_their_network() throws Exception {
        var one = running(SPEC);
        var two = running(spec("demo", "node-1", "192.168.56.21"));

        assertTrue(in(one, "ping", "-c1", "-W2", "192.168.56.21").succeeded());
        assertTrue(in(two, "ping", "-c1", "-W2", "192.168.56.10").succeeded());
        assertTrue(in(two, "ping", "-c1", "-W2", "192.168.56.1").succeeded());
    }

    @Test
    void limits_are_the_machines_and_hold_for_what_runs_in_it() throws Exception {
        running(SPEC);

        var installation = Installation.at(state().toRealPath().resolve("nspawn"));
        var limits = new ArrayList<String>();
        try (var files = Files.find(
                Path.of("/sys/fs/cgroup"),
                4,
                (path, _) -> path.endsWith("memory.limit_in_bytes") || path.endsWith("memory.max"))) {
            for (var file : files.filter(path -> path.toString().contains(installation.container(SPEC.name())))
                    .toList()) {
                limits.add(Files.readString(file).strip());
            }
        }
        assertTrue(limits.contains(Long.toString(512L << 20)), limits.toString());
    }

    @Test
    void a_seed_is_in_the_machine_before_it_boots_and_can_be_replaced_while_it_runs() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        var id = provider.create(SPEC).id();
        provider.plant(SPEC.name(), seed(id));
        var machine = provider.start(SPEC.name());
        var file = "/var/lib/clusterbox/seed.properties";

        assertTrue(in(machine, "cat", file).stdout().contains("machine=" + id));
        assertEquals("600 0:0\n", in(machine, "stat", "-c", "%a %u:%g", file).stdout());
        in(machine, "rm", file).orFail();
        provider.plant(SPEC.name(), seed(id));
        assertTrue(in(machine, "cat", file).stdout().contains("kernel=shared"));
        assertEquals(
                "seed.properties\n",
                in(machine, "ls", "-A", "/var/lib/clusterbox").stdout());
    }

    @Test
    void a_seed_does_not_follow_a_machines_link_out_of_it() throws Exception {
        var machine = running(SPEC);
        var outside = Files.createDirectory(scratch.resolve("outside"));
        in(machine, "sh", "-c", "rmdir /var/lib/clusterbox && ln -s " + outside + " /var/lib/clusterbox")
                .orFail();

        assertProblem(Code.CONFLICT, () -> provider().plant(SPEC.name(), seed(machine.id())));
        provider().stop(SPEC.name(), true);
        assertProblem(Code.CONFLICT, () -> provider().plant(SPEC.name(), seed(machine.id())));
        try (var files = Files.list(outside)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void a_resolver_that_somebody_chose_in_the_machine_stays_and_a_link_is_not_followed() throws Exception {
        var machine = running(SPEC);
        var outside = Files.writeString(scratch.resolve("resolv.conf"), "untouched");
        in(machine, "ln", "-sf", outside.toString(), "/etc/resolv.conf").orFail();
        provider().stop(SPEC.name(), true);

        provider().start(SPEC.name());

        assertEquals("untouched", Files.readString(outside));
        assertTrue(Files.isSymbolicLink(folder().upper().resolve("etc/resolv.conf")));
    }

    @Test
    void what_a_machine_writes_survives_a_stop() throws Exception {
        var machine = running(SPEC);
        in(machine, "sh", "-c", "echo kept > /root/file").orFail();
        awaitBoot(machine);

        provider().stop(SPEC.name(), false);
        var again = provider().start(SPEC.name());

        assertEquals("kept\n", in(again, "cat", "/root/file").stdout());
    }

    @Test
    void a_service_that_is_started_again_finds_its_machines_running() throws Exception {
        var machine = running(SPEC);

        var provider = restarted();

        assertEquals(List.of(machine), provider.list());
        assertEquals(machine, provider.start(SPEC.name()));
        assertEquals(1, provider.networks().size());
    }

    @Test
    void a_folder_has_one_service_at_a_time() throws Exception {
        provider();

        assertThrows(IllegalStateException.class, () -> TestHost.open(state(), scratch.resolve("agent")));
    }

    @Test
    void after_the_host_was_started_again_a_start_makes_everything_anew() throws Exception {
        var machine = running(SPEC);
        var bridge = provider().networks().getFirst().interfaceName();
        var table = Installation.at(state().toRealPath().resolve("nspawn")).firewallTable();
        provider().stop(SPEC.name(), true);
        TestHost.RUNNER.run(Command.of("ip", "link", "delete", "dev", bridge)).orFail();
        TestHost.RUNNER.run(Command.of("nft", "delete", "table", "ip", table)).orFail();
        Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "0");

        var again = restarted().start(SPEC.name());

        assertEquals(machine.id(), again.id());
        assertTrue(in(again, "ping", "-c1", "-W2", "192.168.56.1").succeeded());
        assertTrue(TestHost.RUNNER
                .run(Command.of("nft", "list", "ruleset"))
                .stdout()
                .contains(table));
    }

    private void killOutermost() throws Exception {
        var outermost =
                HostProcess.fromStat(Files.readString(folder().process())).orElseThrow();
        outermost.handle().orElseThrow().destroyForcibly();
        while (outermost.lives()) {
            Thread.sleep(Duration.ofMillis(5));
        }
    }

    @Test
    void a_machine_whose_outermost_process_was_killed_is_off_and_starts_again() throws Exception {
        var machine = running(SPEC);
        killOutermost();

        assertEquals(
                PowerState.STOPPED, provider().find(SPEC.name()).orElseThrow().power());
        var again = provider().start(SPEC.name());
        assertNotEquals(machine.enter(), again.enter());
        assertTrue(in(again, "ping", "-c1", "-W2", "192.168.56.1").succeeded());
    }

    @Test
    void what_a_machine_without_its_outermost_process_still_does_is_ended() throws Exception {
        running(SPEC);
        killOutermost();

        ((Nspawn) provider()).lookAfter();

        var container = Installation.at(state().toRealPath().resolve("nspawn")).container(SPEC.name());
        try (var groups = Files.find(Path.of("/sys/fs/cgroup"), 4, (path, _) -> path.endsWith(container))) {
            assertEquals(List.of(), groups.toList());
        }
    }

    @Test
    void a_machine_that_does_not_want_to_stop_is_stopped() throws Exception {
        var machine = running(SPEC);
        in(machine, "kill", "-STOP", "-1"); // everything but systemd, which keeps waiting for it
        var start = System.nanoTime();

        assertEquals(PowerState.STOPPED, provider().stop(SPEC.name(), false).power());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 25);
    }

    @Test
    void a_machine_that_has_only_just_started_stops_as_soon_as_it_listens() throws Exception {
        running(SPEC);
        var start = System.nanoTime();

        assertEquals(PowerState.STOPPED, provider().stop(SPEC.name(), false).power());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 8);
    }

    @Test
    void what_a_machine_made_undeletable_is_deleted() throws Exception {
        var machine = running(SPEC);
        in(machine, "sh", "-c", """
                mkdir /root/fixed; touch /root/fixed/file; chattr +i /root/fixed/file /root/fixed
                cd /root; printf 'x' > "$(printf '\\377\\n name')"
                i=0; while [ $i -lt 60 ]; do d=$(printf '%0100d' $i); mkdir $d; cd $d; i=$((i+1)); done
                """).orFail();

        provider().delete(SPEC.name());

        assertFalse(Files.exists(folder().path(), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void what_a_killed_service_left_half_made_is_swept() throws Exception {
        provider().createNetwork(NETWORK);
        var machines = state().resolve("nspawn/machines");
        Files.createDirectories(machines.resolve(".new-1/upper/etc"));
        Files.createDirectories(machines.resolve(".gone-1/upper/etc"));

        var provider = restarted();
        for (int i = 0; i < 500 && !unfinished(machines).isEmpty(); i++) {
            Thread.sleep(Duration.ofMillis(10));
        }

        assertEquals(List.of(), unfinished(machines));
        assertEquals(List.of(), provider.list());
    }

    private static List<Path> unfinished(Path machines) throws IOException {
        try (var all = Files.list(machines)) {
            return all.filter(path -> path.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    @Test
    void a_folder_that_holds_no_machine_makes_room_for_one() throws Exception {
        provider().createNetwork(NETWORK);
        Files.createDirectories(folder().path().resolve("upper"));
        Files.writeString(folder().path().resolve("machine.json"), "{\"spec\":");

        assertEquals(Optional.empty(), provider().find(SPEC.name()));
        assertEquals(PowerState.STOPPED, provider().create(SPEC).power());
    }

    @Test
    void a_start_that_fails_says_why_and_leaves_nothing_running() throws Exception {
        provider().createNetwork(NETWORK);
        provider().create(SPEC);
        Files.delete(folder().root());

        assertProblem(Code.FAILED, () -> provider().start(SPEC.name()));
        assertEquals(
                PowerState.STOPPED, provider().find(SPEC.name()).orElseThrow().power());
        Files.createDirectory(folder().root());
        assertEquals(PowerState.RUNNING, provider().start(SPEC.name()).power());
    }

    @Test
    void a_console_is_cut_when_it_has_said_too_much() throws Exception {
        var machine = running(SPEC);
        in(machine, "sh", "-c", "head -c 3000000 /dev/zero > /proc/1/fd/1 || true");
        Files.write(folder().console(), new byte[2_000_000]);

        ((Nspawn) provider()).lookAfter();

        assertTrue(Files.size(folder().console()) < 1_000_000);
    }

    @Test
    void a_network_that_the_host_uses_is_refused() throws Exception {
        var provider = provider();
        TestHost.RUNNER
                .run(Command.of("ip", "link", "add", "name", "probe0", "type", "bridge"))
                .orFail();
        try {
            TestHost.RUNNER
                    .run(Command.of("ip", "address", "add", "192.168.60.7/22", "dev", "probe0"))
                    .orFail();
            TestHost.RUNNER
                    .run(Command.of("ip", "link", "set", "dev", "probe0", "up"))
                    .orFail();

            assertProblem(
                    Code.CONFLICT,
                    () -> provider.createNetwork(new NetworkSpec("demo", Cidr.parse("192.168.62.0/24"), "demo")));
        } finally {
            TestHost.RUNNER
                    .run(Command.of("ip", "link", "delete", "dev", "probe0"))
                    .orFail();
        }
        assertEquals(List.of(), provider.networks());
    }

    @Test
    void machines_reach_the_world_behind_the_hosts_address_and_the_world_does_not_reach_them() throws Exception {
        var world = new World();
        try (var here = new ServerSocket(7000)) {
            var machine = running(SPEC);
            in(machine, "sh", "-c", "socat TCP-LISTEN:7000,fork,reuseaddr EXEC:/bin/cat > /dev/null 2>&1 &")
                    .orFail();
            for (int i = 0; i < 500 && !reaches(SPEC.address().toString()); i++) {
                Thread.sleep(Duration.ofMillis(10));
            }

            assertTrue(in(machine, "ping", "-c1", "-W2", World.ADDRESS).succeeded());
            assertTrue(reaches(SPEC.address().toString()), "the host reaches the machine");
            assertTrue(world.reaches(World.HOST, here.getLocalPort()), "the world reaches the host");
            assertFalse(world.reaches(SPEC.address().toString(), 7000), "the world does not reach the machine");
        } finally {
            world.remove();
        }
    }

    private static boolean reaches(String address) {
        try (var socket = new Socket(address, 7000)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }
}

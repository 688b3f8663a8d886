package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.serde.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports of the host that lead to machines, tried from a computer somewhere else. The machine is a network namespace. */
final class ForwardsTest {

    private static final MachineName MACHINE = MachineName.parse("demo-haproxy");
    private static final Ipv4 ADDRESS = Ipv4.parse("192.168.56.10");
    private static final Forward API = new Forward("api", Ipv4.parse(World.HOST), 16443, 6443);

    @TempDir
    Path scratch;

    private HostState before = HostState.NOTHING;
    private final List<Process> processes = new ArrayList<>();
    private World world;

    @BeforeEach
    void machineAndWorld() throws Exception {
        before = HostState.now(scratch);
        world = new World();
        var network = bridges().create(new NetworkSpec("demo", Cidr.parse("192.168.56.0/24"), "demo"));
        machine(network.interfaceName());
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        bridges().stopForwarding(MACHINE);
        for (var process : processes) {
            process.destroyForcibly().waitFor();
        }
        bridges().delete("demo");
        world.remove();
        assertEquals(before, HostState.now(scratch));
    }

    /** As a service that was started again: it knows what is on the disk. */
    private Bridges bridges() throws Exception {
        var json = ObjectMapper.getDefault();
        var installation = Installation.at(scratch.toRealPath());
        Files.createDirectories(installation.networks());
        Files.createDirectories(installation.forwards());
        var ip = new Ip(TestHost.RUNNER);
        return new Bridges(
                installation,
                new JsonFolder<>(installation.networks(), StoredNetwork.class, json),
                ip,
                new Translations(new JsonFolder<>(installation.forwards(), StoredForwards.class, json)),
                new Firewall(TestHost.RUNNER, installation.firewallTable()),
                new Forwarding(ip));
    }

    private void machine(String bridge) throws Exception {
        var holder = start("unshare", "--net", "sleep", "600");
        while (!HostProcess.living(holder.pid()).orElseThrow().name().equals("sleep")) {
            Thread.sleep(5);
        }
        run("ip", "link", "add", "name", "cable0", "type", "veth", "peer", "name", "host0");
        run("ip", "link", "set", "dev", "host0", "netns", Long.toString(holder.pid()));
        run("ip", "link", "set", "dev", "cable0", "master", bridge, "up");
        var inside = List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--");
        run(inside, "ip", "link", "set", "dev", "lo", "up");
        run(inside, "ip", "address", "add", ADDRESS + "/24", "dev", "host0");
        run(inside, "ip", "link", "set", "dev", "host0", "up");
        run(inside, "ip", "route", "add", "default", "via", "192.168.56.1");
        for (var port : List.of("6443", "9000")) {
            var listen = new ArrayList<>(inside);
            listen.addAll(List.of(
                    "perl",
                    "-MIO::Socket::INET",
                    "-e",
                    "my $s = IO::Socket::INET->new(LocalPort => " + port
                            + ", Listen => 9, ReuseAddr => 1) or die $!; while (my $c = $s->accept) { close $c }"));
            start(listen.toArray(String[]::new));
        }
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!connects(ADDRESS.toString(), 6443) || !connects(ADDRESS.toString(), 9000)) {
            assertTrue(System.nanoTime() < deadline, "the machine does not listen");
            Thread.sleep(50);
        }
    }

    private Process start(String... command) throws Exception {
        var process = new ProcessBuilder(command).inheritIO().start();
        processes.add(process);
        return process;
    }

    private static void run(String... command) throws InterruptedException {
        TestHost.RUNNER.run(Command.of(command)).orFail();
    }

    private static void run(List<String> prefix, String... command) throws InterruptedException {
        var all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        TestHost.RUNNER.run(Command.of(all)).orFail();
    }

    private static boolean connects(String address, int port) throws InterruptedException {
        CommandResult tried = TestHost.RUNNER.run(
                Command.of("timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/%s/%d".formatted(address, port)));
        return tried.succeeded();
    }

    @Test
    void a_port_of_the_host_leads_to_the_machine_and_no_other_one() throws Exception {
        assertFalse(world.reaches(World.HOST, 16443));

        bridges().forward(MACHINE, ADDRESS, API);

        assertTrue(world.reaches(World.HOST, 16443), "from elsewhere");
        assertTrue(connects(World.HOST, 16443), "from this host");
        assertFalse(world.reaches(ADDRESS.toString(), 6443), "the machine itself");
        assertFalse(world.reaches(ADDRESS.toString(), 9000), "another port of it");
        assertFalse(world.reaches(World.HOST, 9000), "another port of the host");
    }

    @Test
    void it_is_there_without_a_service_and_after_the_rules_were_lost() throws Exception {
        bridges().forward(MACHINE, ADDRESS, API);
        run("nft", "flush", "ruleset");
        assertFalse(world.reaches(World.HOST, 16443));

        bridges().ensure("demo");

        assertTrue(world.reaches(World.HOST, 16443));
        assertEquals(List.of(API), bridges().forwards(MACHINE));
    }

    @Test
    void what_is_removed_leads_nowhere() throws Exception {
        var every = new Forward("every", Ipv4.parse("0.0.0.0"), 19000, 9000);
        bridges().forward(MACHINE, ADDRESS, API);
        bridges().forward(MACHINE, ADDRESS, API);
        bridges().forward(MACHINE, ADDRESS, every);
        assertTrue(world.reaches(World.HOST, 19000));

        bridges().stopForwarding(MACHINE, "api");
        bridges().stopForwarding(MACHINE, "api");

        assertFalse(world.reaches(World.HOST, 16443));
        assertTrue(world.reaches(World.HOST, 19000));
        bridges().stopForwarding(MACHINE);
        assertFalse(world.reaches(World.HOST, 19000));
        assertEquals(List.of(), bridges().forwards(MACHINE));
    }

    @Test
    void a_port_that_is_somebodys_is_not_taken_away() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName(World.HOST))) {
            refused(Code.CONFLICT, new Forward("api", Ipv4.parse(World.HOST), taken.getLocalPort(), 6443));
        }
        bridges().forward(MACHINE, ADDRESS, API);
        refused(Code.CONFLICT, new Forward("more", Ipv4.parse("0.0.0.0"), API.hostPort(), 6443));
        refused(Code.CONFLICT, new Forward("api", Ipv4.parse(World.HOST), 16444, 6443));
        refused(Code.CONFLICT, new Forward("far", Ipv4.parse("203.0.113.77"), 16445, 6443));
        refused(Code.INVALID, new Forward("near", Ipv4.parse("127.0.0.1"), 16446, 6443));
        assertEquals(List.of(API), bridges().forwards(MACHINE));
    }

    private void refused(Code code, Forward forward) throws Exception {
        var bridges = bridges();
        var problem = assertThrows(ProblemException.class, () -> bridges.forward(MACHINE, ADDRESS, forward))
                .problem();
        assertEquals(code, problem.code(), problem.toString());
    }
}

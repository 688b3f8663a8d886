package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.seed.Seed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is somebody else's stays as it is; what is ours is found and removed, whatever was killed before. With the real VBoxManage. */
final class OwnershipTest {

    private static final NetworkSpec NETWORK = new NetworkSpec("demo", Cidr.parse("192.168.56.0/24"), "demo");
    private static final MachineSpec SPEC = new MachineSpec(
            MachineName.parse("demo-lb"),
            "demo",
            Role.LOAD_BALANCER,
            "lb",
            "demo",
            Ipv4.parse("192.168.56.10"),
            1,
            128,
            10,
            Map.of());

    @TempDir
    static Path scratch;

    private static @Nullable TestBox started;
    private static int installations;

    private String before = "";
    private String installation = "";

    @BeforeAll
    static void start() throws Exception {
        var real = RealVirtualBox.start(scratch.resolve("virtualbox"));
        started = new TestBox(real, real.template("clusterbox-image-tiny"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (started != null) {
            started.box().close();
        }
    }

    private static TestBox box() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    private VBoxManage manage() {
        return box().box().manage();
    }

    /** Another process of the same service: it knows nothing but what it finds. */
    private MachineProvider provider() {
        return box().provider(installation);
    }

    @BeforeEach
    void look() throws Exception {
        installation = "owner-" + ++installations;
        before = box().state();
    }

    @AfterEach
    void everything_is_as_before() throws Exception {
        assertEquals(before, box().state());
        assertEquals(List.of(), box().files(installation));
    }

    private static void assertProblem(Code code, Executable call) {
        var e = assertThrows(ProblemException.class, call);
        assertEquals(code, e.problem().code(), e.getMessage());
    }

    private void end() throws Exception {
        provider().delete(SPEC.name());
        provider().deleteNetwork("demo");
    }

    /** What a service does first, in its own words; then it is killed. */
    private String clone(String name) throws Exception {
        var manage = manage();
        manage.run(
                "clonevm",
                "clusterbox-image-tiny",
                "--snapshot",
                "baked",
                "--name",
                name,
                "--options",
                "link",
                "--basefolder",
                box().folder(installation).resolve("machines").toString(),
                "--register");
        return name;
    }

    @Test
    void a_machine_of_that_name_that_was_not_made_here_is_a_conflict_and_is_not_touched() throws Exception {
        var manage = manage();
        var folder = box().box().folder().resolve("theirs");
        manage.run("createvm", "--name", "demo-lb", "--basefolder", folder.toString(), "--register");
        var theirs = manage.run("showvminfo", "demo-lb", "--machinereadable");
        var provider = provider();
        provider.createNetwork(NETWORK);

        assertProblem(Code.CONFLICT, () -> provider.create(SPEC));
        assertEquals(Optional.empty(), provider.find(SPEC.name()));
        assertEquals(List.of(), provider.list());
        assertProblem(Code.NOT_FOUND, () -> provider.start(SPEC.name()));
        assertProblem(Code.NOT_FOUND, () -> provider.stop(SPEC.name(), true));
        provider.delete(SPEC.name());
        provider.forgetSeed(SPEC.name());

        assertEquals(theirs, manage.run("showvminfo", "demo-lb", "--machinereadable"));
        manage.run("unregistervm", "demo-lb", "--delete");
        end();
    }

    @Test
    void a_namesake_that_came_later_is_not_mistaken_for_ours() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        var ours = provider.create(SPEC);
        var folder = box().box().folder().resolve("namesake");
        var manage = manage();
        manage.run("createvm", "--name", "demo-lb", "--basefolder", folder.toString(), "--register");

        assertEquals(Optional.of(ours), provider().find(SPEC.name()));
        assertEquals(ours, provider().create(SPEC));
        provider().delete(SPEC.name());

        assertTrue(manage.run("showvminfo", "demo-lb", "--machinereadable").contains(folder.toString()));
        manage.run("unregistervm", "demo-lb", "--delete");
        end();
    }

    @Test
    void a_service_that_is_started_again_finds_everything() throws Exception {
        var network = provider().createNetwork(NETWORK);
        var made = provider().create(SPEC);

        assertEquals(List.of(network), provider().networks());
        assertEquals(List.of(made), provider().list());
        assertEquals(made, provider().create(SPEC));
        end();
    }

    @Test
    void another_installation_has_other_machines_and_networks() throws Exception {
        provider().createNetwork(NETWORK);
        provider().create(SPEC);
        var other = box().provider(installation + "-other");

        assertEquals(List.of(), other.list());
        assertEquals(List.of(), other.networks());
        assertProblem(Code.CONFLICT, () -> other.createNetwork(NETWORK));
        other.delete(SPEC.name());
        assertEquals(1, provider().list().size());
        end();
    }

    @Test
    void a_clone_that_nothing_was_noted_of_is_not_there_and_is_made_again() throws Exception {
        provider().createNetwork(NETWORK);
        clone("demo-lb");

        assertEquals(List.of(), provider().list());
        assertProblem(Code.NOT_FOUND, () -> provider().start(SPEC.name()));
        var made = provider().create(SPEC);
        assertEquals(List.of(made), provider().list());
        end();
    }

    @Test
    void a_clone_that_nothing_was_noted_of_is_deleted() throws Exception {
        clone("demo-lb");

        provider().delete(SPEC.name());
    }

    @Test
    void disks_that_have_lost_their_machine_go_with_it() throws Exception {
        provider().createNetwork(NETWORK);
        clone("demo-lb");
        manage().run("unregistervm", "demo-lb");

        provider().create(SPEC);
        end();
    }

    @Test
    void files_without_anything_in_virtualbox_go_too() throws Exception {
        var folder = Files.createDirectories(box().folder(installation).resolve("machines/demo-lb/Snapshots"));
        Files.writeString(folder.resolve("left.vdi"), "not a disk");
        var seeds = Files.createDirectories(box().folder(installation).resolve("seeds"));
        Files.writeString(seeds.resolve("demo-lb.left.iso"), "not a CD");

        provider().delete(SPEC.name());
    }

    @Test
    void a_deletion_that_was_cut_short_is_finished_by_the_next_one() throws Exception {
        provider().createNetwork(NETWORK);
        var machine = provider().create(SPEC);
        provider().plant(SPEC.name(), seed(machine.id()));
        manage().run("unregistervm", "demo-lb");

        end();
    }

    private static Seed seed(UUID machine) {
        return new Seed(
                machine,
                "0123456789abcdef0123456789abcdef",
                "192.168.56.1:8443",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                "lb",
                Ipv4.parse("192.168.56.10"));
    }

    @Test
    void a_machine_whose_folder_was_removed_by_hand_is_forgotten_with_its_disk() throws Exception {
        provider().createNetwork(NETWORK);
        provider().create(SPEC);
        removeByHand(box().folder(installation).resolve("machines/demo-lb"));
        box().box().endService();
        assertTrue(manage().run("list", "vms").contains("\"<inaccessible>\""));

        assertEquals(List.of(), provider().list());
        end();
    }

    @Test
    void a_machine_whose_folder_was_removed_by_hand_is_made_again() throws Exception {
        provider().createNetwork(NETWORK);
        provider().create(SPEC);
        removeByHand(box().folder(installation).resolve("machines/demo-lb"));
        box().box().endService();

        provider().create(SPEC);
        assertEquals(PowerState.RUNNING, provider().start(SPEC.name()).power());
        end();
    }

    @Test
    void a_machine_of_others_whose_settings_cannot_be_read_is_in_nobodys_way_and_stays() throws Exception {
        var manage = manage();
        var theirs = box().box().folder().resolve("lost");
        manage.run("createvm", "--name", "demo-lb", "--basefolder", theirs.toString(), "--register");
        removeByHand(theirs);
        box().box().endService();
        var listed = manage.run("list", "vms");
        provider().createNetwork(NETWORK);

        var made = provider().create(SPEC);
        assertEquals(List.of(made), provider().list());
        provider().delete(SPEC.name());
        provider().delete(SPEC.name());

        assertEquals(listed, manage.run("list", "vms"));
        var lost = Registry.parse(listed).stream()
                .filter(machine -> !machine.readable())
                .toList();
        manage.run("unregistervm", lost.getFirst().id().toString());
        end();
    }

    private static void removeByHand(Path folder) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("rm", "-r", "--", folder.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    @Test
    void a_seed_of_a_running_machine_is_not_readable_any_more_once_it_is_forgotten() throws Exception {
        provider().createNetwork(NETWORK);
        var machine = provider().create(SPEC);
        provider().plant(SPEC.name(), seed(machine.id()));
        provider().start(SPEC.name());
        var seeds = box().folder(installation).resolve("seeds");
        try (var files = Files.list(seeds)) {
            assertTrue(Files.readString(files.findFirst().orElseThrow(), StandardCharsets.ISO_8859_1)
                    .contains("0123456789abcdef0123456789abcdef"));
        }

        provider().forgetSeed(SPEC.name());

        try (var files = Files.list(seeds)) {
            for (var file : files.toList()) {
                assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("0123456789abcdef"));
            }
        }
        assertTrue(manage().run("showvminfo", "demo-lb", "--machinereadable").contains("\"SATA-1-0\"=\"emptydrive\""));
        end();
    }

    @Test
    void an_interface_that_was_made_and_not_noted_is_found_again() throws Exception {
        var manage = manage();
        manage.run(
                "setextradata",
                "global",
                "clusterbox/" + installation + "/network/demo",
                "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\",\"before\":[]}");
        manage.run("hostonlyif", "create");

        var network = provider().createNetwork(NETWORK);

        assertEquals("vboxnet0", network.interfaceName());
        assertEquals(1, HostInterface.parse(manage.run("list", "hostonlyifs")).size());
        provider().deleteNetwork("demo");
    }

    @Test
    void an_interface_of_somebody_else_is_not_used_nor_removed() throws Exception {
        var manage = manage();
        manage.run("hostonlyif", "create");
        manage.run("hostonlyif", "ipconfig", "vboxnet0", "--ip", "192.168.57.1", "--netmask", "255.255.255.0");

        assertProblem(
                Code.CONFLICT,
                () -> provider().createNetwork(new NetworkSpec("other", Cidr.parse("192.168.57.0/24"), "other")));
        assertEquals("vboxnet1", provider().createNetwork(NETWORK).interfaceName());
        provider().deleteNetwork("demo");

        assertEquals(
                "vboxnet0",
                HostInterface.parse(manage.run("list", "hostonlyifs"))
                        .getFirst()
                        .name());
        manage.run("hostonlyif", "remove", "vboxnet0");
    }

    @Test
    void an_interface_that_went_with_a_restart_of_the_host_comes_back_and_machines_are_in_it() throws Exception {
        var manage = manage();
        provider().createNetwork(NETWORK);
        provider().create(SPEC);
        theirs("vboxnet1", "192.168.58.1");
        manage.run("hostonlyif", "remove", "vboxnet0");
        theirs("vboxnet0", "192.168.59.1"); // somebody was quicker

        assertEquals(PowerState.RUNNING, provider().start(SPEC.name()).power());

        assertEquals("vboxnet2", provider().networks().getFirst().interfaceName());
        // In its settings: while it runs here its cable is pulled out (see VBoxManage.sh).
        var settings = box().folder(installation).resolve("machines/demo-lb/demo-lb.vbox");
        assertTrue(Files.readString(settings).contains("<HostOnlyInterface name=\"vboxnet2\"/>"));
        end();
        manage.run("hostonlyif", "remove", "vboxnet0");
        manage.run("hostonlyif", "remove", "vboxnet1");
    }

    @Test
    void the_dhcp_server_of_our_interface_is_removed_and_those_of_others_are_not() throws Exception {
        var manage = manage();
        theirs("vboxnet0", "192.168.57.1");
        theirs("vboxnet1", "192.168.58.1");
        for (var link : List.of("vboxnet1", "vboxnet2")) {
            manage.run(
                    "dhcpserver",
                    "add",
                    "--network",
                    "HostInterfaceNetworking-" + link,
                    "--server-ip",
                    "192.168.58.2",
                    "--lower-ip",
                    "192.168.58.100",
                    "--upper-ip",
                    "192.168.58.200",
                    "--netmask",
                    "255.255.255.0",
                    "--enable");
        }

        assertEquals("vboxnet2", provider().createNetwork(NETWORK).interfaceName());

        var servers = manage.run("list", "dhcpservers");
        assertTrue(servers.contains("HostInterfaceNetworking-vboxnet1"));
        assertFalse(servers.contains("HostInterfaceNetworking-vboxnet2"));
        provider().deleteNetwork("demo");
        manage.run("dhcpserver", "remove", "--network", "HostInterfaceNetworking-vboxnet1");
        manage.run("hostonlyif", "remove", "vboxnet1");
        manage.run("hostonlyif", "remove", "vboxnet0");
    }

    /** An interface that was not made by us. */
    private void theirs(String link, String address) throws Exception {
        assertTrue(manage().run("hostonlyif", "create").contains("'" + link + "'"));
        manage().run("hostonlyif", "ipconfig", link, "--ip", address, "--netmask", "255.255.255.0");
    }

    @Test
    void a_range_that_networks_conf_does_not_allow_is_refused_before_anything_is_made() throws Exception {
        var spec = new NetworkSpec("far", Cidr.parse("10.77.0.0/24"), "far");

        var e = assertThrows(ProblemException.class, () -> provider().createNetwork(spec));

        assertEquals(Code.CONFLICT, e.problem().code());
        assertTrue(e.problem().hint().contains("* 10.77.0.0/24"), e.problem().hint());
        assertEquals(List.of(), provider().networks());
    }

    @Test
    void an_empty_networks_conf_allows_nothing_and_virtualbox_says_so_too() throws Exception {
        var file = box().box().networksFile();
        var allowed = Files.readString(file);
        Files.writeString(file, "");
        try {
            assertProblem(Code.CONFLICT, () -> provider().createNetwork(NETWORK));
            manage().run("hostonlyif", "create");
            assertThrows(
                    ProblemException.class,
                    () -> manage().run(
                                    "hostonlyif",
                                    "ipconfig",
                                    "vboxnet0",
                                    "--ip",
                                    "192.168.56.1",
                                    "--netmask",
                                    "255.255.255.0"));
        } finally {
            manage().run("hostonlyif", "remove", "vboxnet0");
            Files.writeString(file, allowed);
        }
    }

    @Test
    void forwardings_come_and_go_whether_the_machine_runs_or_not() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        provider.create(SPEC);
        var forwards = provider.portForwards().orElseThrow();
        var api = new Forward("api", Ipv4.parse("127.0.0.1"), 36443, 6443);
        var ssh = new Forward("ssh", Ipv4.parse("127.0.0.1"), 32222, 22);

        forwards.add(SPEC.name(), api);
        provider.start(SPEC.name());
        forwards.add(SPEC.name(), ssh);
        forwards.add(SPEC.name(), ssh);

        assertEquals(
                List.of(api, ssh),
                forwards.list(SPEC.name()).stream()
                        .sorted((a, b) -> a.name().compareTo(b.name()))
                        .toList());
        assertProblem(
                Code.CONFLICT, () -> forwards.add(SPEC.name(), new Forward("web", Ipv4.parse("127.0.0.1"), 32222, 80)));
        forwards.remove(SPEC.name(), "ssh");
        provider.stop(SPEC.name(), true);
        forwards.remove(SPEC.name(), "api");
        forwards.remove(SPEC.name(), "api");
        assertEquals(List.of(), forwards.list(SPEC.name()));
        end();
    }
}

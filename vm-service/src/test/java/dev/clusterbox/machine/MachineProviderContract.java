package dev.clusterbox.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.seed.Seed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What every {@link MachineProvider} promises. A new provider extends this and writes {@link #provider}. */
public abstract class MachineProviderContract {

    protected static final NetworkSpec NETWORK = new NetworkSpec("demo", Cidr.parse("192.168.56.0/24"), "demo");
    protected static final MachineSpec SPEC = spec("demo", "lb", "192.168.56.10");

    /** A provider without machines and networks, whose image is ready. */
    protected abstract MachineProvider provider() throws Exception;

    protected static MachineSpec spec(String cluster, String hostName, String address) {
        return new MachineSpec(
                MachineName.parse(cluster + "-" + hostName),
                cluster,
                Role.LOAD_BALANCER,
                hostName,
                cluster,
                Ipv4.parse(address),
                1,
                512,
                10,
                Map.of());
    }

    protected static Seed seed(UUID machine) {
        return new Seed(
                machine,
                "0123456789abcdef0123456789abcdef",
                "192.168.56.1:8443",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                "lb",
                Ipv4.parse("192.168.56.10"));
    }

    private MachineProvider withNetwork() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);
        return provider;
    }

    protected static void assertProblem(Code code, Executable call) {
        var e = assertThrows(ProblemException.class, call);
        assertEquals(code, e.problem().code(), e.getMessage());
    }

    @Test
    void creating_twice_gives_the_same_machine() throws Exception {
        var provider = withNetwork();

        assertEquals(provider.create(SPEC), provider.create(SPEC));
        assertEquals(1, provider.list().size());
    }

    @Test
    void creating_many_times_at_once_gives_the_same_machine() throws Exception {
        var provider = withNetwork();
        Callable<Machine> create = () -> provider.create(SPEC);

        var ids = new HashSet<UUID>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Machine> made : threads.invokeAll(List.of(create, create, create, create))) {
                ids.add(made.get().id());
            }
        }

        assertEquals(1, ids.size());
        assertEquals(1, provider.list().size());
    }

    @Test
    void a_machine_of_another_shape_is_a_conflict_and_changes_nothing() throws Exception {
        var provider = withNetwork();
        var machine = provider.create(SPEC);

        assertProblem(Code.CONFLICT, () -> provider.create(spec("demo", "lb", "192.168.56.11")));
        assertEquals(List.of(machine), provider.list());
    }

    @Test
    void a_machine_that_knows_other_names_is_the_same() throws Exception {
        var provider = withNetwork();
        var machine = provider.create(SPEC);

        assertEquals(machine, provider.create(SPEC.knowing(Map.of("node-4", Ipv4.parse("192.168.56.24")))));
        assertEquals(List.of(machine), provider.list());
    }

    @Test
    void a_machine_says_what_it_was_asked_to_be() throws Exception {
        var machine = withNetwork().create(SPEC);

        assertEquals(SPEC.name(), machine.name());
        assertEquals(SPEC.address(), machine.address());
        assertEquals(SPEC.role(), machine.role());
        assertEquals(SPEC.memoryMiB(), machine.memoryMiB());
        assertEquals(new Source.Stated(SPEC.address()), machine.source());
    }

    @Test
    void a_created_machine_does_not_run() throws Exception {
        var machine = withNetwork().create(SPEC);

        assertEquals(PowerState.STOPPED, machine.power());
        assertEquals(List.of(), machine.enter());
    }

    @Test
    void a_started_machine_runs_and_can_be_entered() throws Exception {
        var provider = withNetwork();
        provider.create(SPEC);

        var started = provider.start(SPEC.name());

        assertEquals(PowerState.RUNNING, started.power());
        assertFalse(started.enter().isEmpty());
        assertEquals(Optional.of(started), provider.find(SPEC.name()));
    }

    @Test
    void starting_twice_is_starting_once() throws Exception {
        var provider = withNetwork();
        provider.create(SPEC);

        assertEquals(provider.start(SPEC.name()), provider.start(SPEC.name()));
    }

    @Test
    void a_stopped_machine_is_the_same_when_it_starts_again() throws Exception {
        var provider = withNetwork();
        var machine = provider.create(SPEC);
        provider.start(SPEC.name());

        assertEquals(PowerState.STOPPED, provider.stop(SPEC.name(), false).power());
        assertEquals(PowerState.STOPPED, provider.stop(SPEC.name(), true).power());
        var again = provider.start(SPEC.name());

        assertEquals(PowerState.RUNNING, again.power());
        assertEquals(machine.id(), again.id());
    }

    @Test
    void deleting_a_machine_that_is_not_there_is_fine() throws Exception {
        var provider = provider();
        provider.delete(MachineName.parse("never-was"));

        assertEquals(Optional.empty(), provider.find(MachineName.parse("never-was")));
        assertTrue(provider.list().isEmpty());
    }

    @Test
    void a_machine_that_is_made_again_is_another_one() throws Exception {
        var provider = withNetwork();
        var first = provider.create(SPEC);
        provider.start(SPEC.name());
        provider.delete(SPEC.name());

        assertEquals(List.of(), provider.list());
        assertNotEquals(first.id(), provider.create(SPEC).id());
    }

    @Test
    void what_is_not_there_cannot_be_started_stopped_or_seeded() throws Exception {
        var provider = withNetwork();

        assertProblem(Code.NOT_FOUND, () -> provider.start(SPEC.name()));
        assertProblem(Code.NOT_FOUND, () -> provider.stop(SPEC.name(), false));
        assertProblem(Code.NOT_FOUND, () -> provider.plant(SPEC.name(), seed(UUID.randomUUID())));
    }

    @Test
    void a_seed_is_planted_in_the_machine_that_it_is_for_and_in_no_other() throws Exception {
        var provider = withNetwork();
        var machine = provider.create(SPEC);

        provider.plant(SPEC.name(), seed(machine.id()));
        provider.start(SPEC.name());
        provider.plant(SPEC.name(), seed(machine.id()));

        assertProblem(Code.CONFLICT, () -> provider.plant(SPEC.name(), seed(UUID.randomUUID())));
    }

    @Test
    void a_seed_can_be_forgotten_again_and_again_and_another_one_planted() throws Exception {
        var provider = withNetwork();
        provider.forgetSeed(SPEC.name());
        var machine = provider.create(SPEC);
        provider.forgetSeed(SPEC.name());

        provider.plant(SPEC.name(), seed(machine.id()));
        provider.start(SPEC.name());
        provider.forgetSeed(SPEC.name());
        provider.forgetSeed(SPEC.name());
        provider.plant(SPEC.name(), seed(machine.id()));

        assertEquals(
                PowerState.RUNNING, provider.find(SPEC.name()).orElseThrow().power());
    }

    @Test
    void a_machine_needs_its_network() throws Exception {
        var provider = provider();

        assertProblem(Code.CONFLICT, () -> provider.create(SPEC));
        assertEquals(List.of(), provider.list());
    }

    @Test
    void an_address_is_inside_the_network_and_not_the_hosts() throws Exception {
        var provider = withNetwork();

        for (var address : List.of("192.168.57.10", "192.168.56.0", "192.168.56.1", "192.168.56.255")) {
            assertProblem(Code.INVALID, () -> provider.create(spec("demo", "lb", address)));
        }
        assertEquals(List.of(), provider.list());
    }

    @Test
    void two_machines_do_not_share_an_address() throws Exception {
        var provider = withNetwork();
        provider.create(SPEC);

        assertProblem(Code.CONFLICT, () -> provider.create(spec("demo", "node-1", "192.168.56.10")));
    }

    @Test
    void a_network_belongs_to_one_cluster() throws Exception {
        var provider = withNetwork();
        var stranger = new MachineSpec(
                MachineName.parse("other-lb"),
                "other",
                Role.NODE,
                "lb",
                "demo",
                Ipv4.parse("192.168.56.20"),
                1,
                512,
                10,
                Map.of());

        assertProblem(Code.CONFLICT, () -> provider.create(stranger));
    }

    @Test
    void a_network_that_is_there_is_the_answer_unless_it_is_another() throws Exception {
        var provider = withNetwork();

        assertEquals(provider.createNetwork(NETWORK), provider.createNetwork(NETWORK));
        assertEquals(1, provider.networks().size());
        assertProblem(
                Code.CONFLICT,
                () -> provider.createNetwork(new NetworkSpec("demo", Cidr.parse("192.168.57.0/24"), "demo")));
    }

    @Test
    void networks_do_not_overlap() throws Exception {
        var provider = withNetwork();

        for (var range : List.of("192.168.56.0/24", "192.168.56.128/25", "192.168.0.0/16")) {
            assertProblem(
                    Code.CONFLICT, () -> provider.createNetwork(new NetworkSpec("other", Cidr.parse(range), "other")));
        }
        assertEquals(1, provider.networks().size());
    }

    @Test
    void a_network_goes_after_its_machines() throws Exception {
        var provider = withNetwork();
        provider.create(SPEC);

        assertProblem(Code.CONFLICT, () -> provider.deleteNetwork("demo"));
        provider.delete(SPEC.name());
        provider.deleteNetwork("demo");
        provider.deleteNetwork("demo");

        assertEquals(List.of(), provider.networks());
    }

    @Test
    void two_clusters_run_side_by_side() throws Exception {
        var provider = withNetwork();
        provider.createNetwork(new NetworkSpec("other", Cidr.parse("192.168.57.0/24"), "other"));
        var specs = List.of(SPEC, spec("other", "lb", "192.168.57.10"));

        var started = new ArrayList<Machine>();
        for (var spec : specs) {
            provider.create(spec);
            started.add(provider.start(spec.name()));
        }

        assertEquals(started, provider.list());
        provider.delete(SPEC.name());
        assertEquals(
                PowerState.RUNNING,
                provider.find(specs.getLast().name()).orElseThrow().power());
    }
}

package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An installation for one test. Its end removes everything, and fails unless the host is as it was before. */
final class RealMachines {

    static final MachineSpec NODE = new MachineSpec(
            MachineName.parse("demo-node-1"),
            "demo",
            Role.NODE,
            "node-1",
            "demo",
            Ipv4.parse("192.168.56.21"),
            1,
            1024,
            10,
            Map.of());

    private final Path state;
    private final HostState before;
    private final NspawnHost host;

    RealMachines(Path scratch, Optional<Path> artifacts) throws Exception {
        this(scratch, TestHost.agent(scratch.resolve("agent")), artifacts);
    }

    /** With another tree in place of the agent's. */
    RealMachines(Path scratch, Path agent, Optional<Path> artifacts) throws Exception {
        state = scratch.resolve("state");
        before = HostState.now(state);
        host = TestHost.open(state, agent, artifacts);
        provider().createNetwork(new NetworkSpec("demo", Cidr.parse("192.168.56.0/24"), "demo"));
    }

    MachineProvider provider() {
        return host.provider();
    }

    Machine running(MachineSpec spec) throws Exception {
        provider().create(spec);
        var machine = provider().start(spec.name());
        for (int i = 0; i < 500 && !in(machine, "systemctl is-system-running").succeeded(); i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
        return machine;
    }

    /** Runs a script in a machine, by the way that the machine tells. */
    static CommandResult in(Machine machine, String script) throws InterruptedException {
        var command = new ArrayList<>(machine.enter());
        command.addAll(List.of("sh", "-ec", script));
        return TestHost.RUNNER.run(Command.of(command));
    }

    void end() throws Exception {
        for (var machine : provider().list()) {
            provider().delete(machine.name());
        }
        provider().deleteNetwork("demo");
        host.close();
        assertEquals(before, HostState.now(state));
    }
}

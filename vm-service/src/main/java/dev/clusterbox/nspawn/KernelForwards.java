package dev.clusterbox.nspawn;

import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PortForwards;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.Problem;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Port forwarding by the kernel's translation of addresses. */
final class KernelForwards implements PortForwards {

    private final Bridges bridges;
    private final Function<MachineName, Optional<Machine>> machines;

    KernelForwards(Bridges bridges, Function<MachineName, Optional<Machine>> machines) {
        this.bridges = bridges;
        this.machines = machines;
    }

    @Override
    public void add(MachineName machine, Forward forward) throws InterruptedException {
        bridges.forward(machine, address(machine), forward);
    }

    @Override
    public void remove(MachineName machine, String name) throws InterruptedException {
        address(machine);
        bridges.stopForwarding(machine, name);
    }

    @Override
    public List<Forward> list(MachineName machine) {
        address(machine);
        return bridges.forwards(machine);
    }

    private Ipv4 address(MachineName machine) {
        return machines.apply(machine)
                .map(Machine::address)
                .orElseThrow(
                        () -> Problem.notFound("there is no machine " + machine).asException());
    }
}

package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PortForwards;
import dev.clusterbox.machine.Turns;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.virtualbox.Registry.Found;
import java.util.List;
import java.util.stream.Stream;

/** Port forwarding of a machine's first adapter: {@code controlvm natpf1} while it runs, {@code modifyvm --natpf1} while it does not. */
final class NatForwards implements PortForwards {

    private final VBoxManage manage;
    private final Registry registry;
    private final Turns<MachineName> turns;

    NatForwards(VBoxManage manage, Registry registry, Turns<MachineName> turns) {
        this.manage = manage;
        this.registry = registry;
        this.turns = turns;
    }

    @Override
    public void add(MachineName machine, Forward forward) throws InterruptedException {
        turns.on(machine, () -> {
            var found = registry.needed(machine);
            for (var other : found.info().forwards()) {
                if (other.equals(forward)) {
                    return forward;
                }
                if (other.name().equals(forward.name())
                        || (other.hostPort() == forward.hostPort()
                                && other.address().equals(forward.address()))) {
                    throw Problem.conflict(
                                    "%s has the forwarding %s already (asked for: %s)"
                                            .formatted(machine, other, forward),
                                    "remove that one first")
                            .asException();
                }
            }
            change(
                    found,
                    "%s,tcp,%s,%d,,%d"
                            .formatted(forward.name(), forward.address(), forward.hostPort(), forward.machinePort()));
            return forward;
        });
    }

    @Override
    public void remove(MachineName machine, String name) throws InterruptedException {
        turns.on(machine, () -> {
            var found = registry.needed(machine);
            if (found.info().forwards().stream()
                    .anyMatch(forward -> forward.name().equals(name))) {
                change(found, "delete", name);
            }
            return name;
        });
    }

    private void change(Found machine, String... rule) throws InterruptedException {
        var arguments = machine.info().hasProcess()
                ? List.of("controlvm", machine.id(), "natpf1")
                : List.of("modifyvm", machine.id(), "--natpf1");
        manage.run(Stream.concat(arguments.stream(), Stream.of(rule)).toArray(String[]::new));
    }

    @Override
    public List<Forward> list(MachineName machine) throws InterruptedException {
        return registry.needed(machine).info().forwards();
    }
}

package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Snapshot;
import dev.clusterbox.machine.Snapshots;
import dev.clusterbox.machine.Turns;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.Registry.Found;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Pausing, saving, and going back: all by VirtualBox's own means. */
final class VirtualBoxSnapshots implements Snapshots {

    /** Memory is written to the disk, and differences are merged. */
    private static final Duration LIMIT = Duration.ofMinutes(15);

    /** What VBoxManage says where there is nothing to list, with exit code 1. */
    private static final String NONE = "does not have any snapshots";

    private final VBoxManage manage;
    private final Registry registry;
    private final PowerSwitch power;
    private final SeedDrive seeds;
    private final Turns<MachineName> turns;
    private final Function<Found, Machine> machine;

    VirtualBoxSnapshots(
            VBoxManage manage,
            Registry registry,
            PowerSwitch power,
            SeedDrive seeds,
            Turns<MachineName> turns,
            Function<Found, Machine> machine) {
        this.manage = manage;
        this.registry = registry;
        this.power = power;
        this.seeds = seeds;
        this.turns = turns;
        this.machine = machine;
    }

    @Override
    public Machine pause(MachineName name) throws InterruptedException {
        return control(name, PowerState.PAUSED, List.of(PowerState.RUNNING), "pause");
    }

    @Override
    public Machine resume(MachineName name) throws InterruptedException {
        return control(name, PowerState.RUNNING, List.of(PowerState.PAUSED), "resume");
    }

    @Override
    public Machine save(MachineName name) throws InterruptedException {
        return control(name, PowerState.SAVED, List.of(PowerState.RUNNING, PowerState.PAUSED), "savestate");
    }

    private Machine control(MachineName name, PowerState wanted, List<PowerState> from, String verb)
            throws InterruptedException {
        return turns.on(name, () -> {
            var found = registry.needed(name);
            var now = found.info().power();
            if (now != wanted) {
                if (!from.contains(now)) {
                    throw Problem.conflict(
                                    "%s is %s (expected: %s)".formatted(name, now, from), "start it, then ask again")
                            .asException();
                }
                manage.run(LIMIT, _ -> {}, "controlvm", found.id(), verb);
            }
            return machine.apply(registry.needed(name));
        });
    }

    @Override
    public void take(MachineName name, Snapshot snapshot) throws InterruptedException {
        turns.on(name, () -> {
            var found = registry.needed(name);
            if (find(found, snapshot.id()).isEmpty()) {
                seeds.empty(name, found); // a snapshot keeps what is in the drives, and that is a secret
                manage.run(
                        LIMIT,
                        _ -> {},
                        "snapshot",
                        found.id(),
                        "take",
                        snapshot.name(),
                        "--description",
                        TakenSnapshot.description(snapshot));
            }
            return snapshot;
        });
    }

    @Override
    public List<Snapshot> taken(MachineName name) throws InterruptedException {
        return list(registry.needed(name)).stream().map(TakenSnapshot::snapshot).toList();
    }

    private List<TakenSnapshot> list(Found machineThere) throws InterruptedException {
        try {
            return TakenSnapshot.parse(manage.run("snapshot", machineThere.id(), "list", "--machinereadable"));
        } catch (ProblemException e) {
            if (e.problem().message().contains(NONE)
                    || !machineThere.info().fields().containsKey("CurrentSnapshotUUID")) {
                return List.of();
            }
            throw e;
        }
    }

    private Optional<TakenSnapshot> find(Found machineThere, UUID id) throws InterruptedException {
        return list(machineThere).stream()
                .filter(taken -> taken.snapshot().id().equals(id))
                .findFirst();
    }

    @Override
    public Machine restore(MachineName name, UUID snapshot) throws InterruptedException {
        return turns.on(name, () -> {
            var found = registry.needed(name);
            var taken = find(found, snapshot)
                    .orElseThrow(() -> Problem.notFound("%s has no snapshot %s".formatted(name, snapshot))
                            .asException());
            power.stop(found, true);
            seeds.empty(name, registry.needed(name));
            manage.run(LIMIT, _ -> {}, "snapshot", found.id(), "restore", taken.id());
            return machine.apply(registry.needed(name));
        });
    }

    @Override
    public void forget(MachineName name, UUID snapshot) throws InterruptedException {
        turns.on(name, () -> {
            var found = registry.needed(name);
            var taken = find(found, snapshot);
            if (taken.isPresent()) {
                manage.run(
                        LIMIT,
                        _ -> {},
                        "snapshot",
                        found.id(),
                        "delete",
                        taken.get().id());
            }
            return snapshot;
        });
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Snapshots over several machines, all or nothing: all stand still, then one is taken of each, then those that ran go on. What failed half-way
 * is taken back; what was cut short by the end of the service is seen to be incomplete.
 */
@Singleton
final class ClusterSnapshots {

    private final Providers providers;
    private final InstantSource clock;

    @Inject
    ClusterSnapshots(Providers providers) {
        this(providers, InstantSource.system());
    }

    ClusterSnapshots(Providers providers, InstantSource clock) {
        this.providers = providers;
        this.clock = clock;
    }

    /** Something done with one machine. */
    private interface Work {
        void on(MachineName name) throws InterruptedException;
    }

    ClusterSnapshot take(String provider, String name, List<MachineName> names) throws InterruptedException {
        var snapshots = providers.snapshots(provider);
        var machines = named(provider, names);
        var snapshot =
                new Snapshot(UUID.randomUUID(), name, clock.instant().truncatedTo(ChronoUnit.MILLIS), machines.size());
        var running = machines.stream()
                .filter(machine -> machine.power() == PowerState.RUNNING)
                .map(Machine::name)
                .toList();
        var all = machines.stream().map(Machine::name).toList();
        try {
            onEach(running, snapshots::pause);
            onEach(all, machine -> snapshots.take(machine, snapshot));
        } catch (ProblemException e) {
            after(e, all, machine -> snapshots.forget(machine, snapshot.id()));
            after(e, running, snapshots::resume);
            throw e;
        }
        onEach(running, snapshots::resume);
        return new ClusterSnapshot(snapshot.id(), provider, name, snapshot.takenAt(), all, true);
    }

    private List<Machine> named(String provider, List<MachineName> names) throws InterruptedException {
        var machines = new ArrayList<Machine>();
        for (var name : names.stream().distinct().toList()) {
            machines.add(providers
                    .named(provider)
                    .find(name)
                    .orElseThrow(() ->
                            Problem.notFound("there is no machine " + name).asException()));
        }
        if (machines.isEmpty()) {
            throw Problem.invalid("machines: none (expected: at least one)", "").asException();
        }
        return machines;
    }

    /** Of one provider's machines, the oldest first. */
    List<ClusterSnapshot> list(String provider) throws InterruptedException {
        var snapshots = providers.snapshots(provider);
        Map<UUID, Snapshot> found = new LinkedHashMap<>();
        Map<UUID, List<MachineName>> machines = new LinkedHashMap<>();
        for (var machine : providers.named(provider).list()) {
            for (var taken : snapshots.taken(machine.name())) {
                found.putIfAbsent(taken.id(), taken);
                machines.computeIfAbsent(taken.id(), _ -> new ArrayList<>()).add(machine.name());
            }
        }
        return found.values().stream()
                .sorted((a, b) -> a.takenAt().compareTo(b.takenAt()))
                .map(taken -> {
                    var having = List.copyOf(machines.getOrDefault(taken.id(), List.of()));
                    return new ClusterSnapshot(
                            taken.id(),
                            provider,
                            taken.name(),
                            taken.takenAt(),
                            having,
                            having.size() == taken.machines());
                })
                .toList();
    }

    private ClusterSnapshot needed(String provider, UUID id) throws InterruptedException {
        return list(provider).stream()
                .filter(snapshot -> snapshot.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("there is no snapshot %s".formatted(id))
                        .asException());
    }

    /** All machines are what they were; those that ran then run again. */
    ClusterSnapshot restore(String provider, UUID id) throws InterruptedException {
        var snapshot = needed(provider, id);
        if (!snapshot.complete()) {
            throw Problem.conflict(
                            "the snapshot %s is not whole: only %s have it".formatted(id, snapshot.machines()),
                            "delete it; restore another one")
                    .asException();
        }
        var snapshots = providers.snapshots(provider);
        // First all of them: one that already runs would meet others that are still of another time.
        onEach(snapshot.machines(), machine -> snapshots.restore(machine, id));
        onEach(snapshot.machines(), machine -> {
            if (providers
                    .named(provider)
                    .find(machine)
                    .filter(found -> found.power() == PowerState.SAVED)
                    .isPresent()) {
                providers.named(provider).start(machine);
            }
        });
        return snapshot;
    }

    /** One that is not there is fine. */
    void delete(String provider, UUID id) throws InterruptedException {
        var snapshots = providers.snapshots(provider);
        for (var snapshot : list(provider)) {
            if (snapshot.id().equals(id)) {
                onEach(snapshot.machines(), machine -> snapshots.forget(machine, id));
            }
        }
    }

    /** The problem counts; what cannot be taken back is said with it. */
    private static void after(ProblemException problem, List<MachineName> names, Work work)
            throws InterruptedException {
        for (var name : names) {
            try {
                work.on(name);
            } catch (ProblemException e) {
                problem.addSuppressed(e);
            }
        }
    }

    /** Side by side, to the end on each; then the first problem. */
    private static void onEach(List<MachineName> names, Work work) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (var name : names) {
                all.add(threads.submit(() -> {
                    work.on(name);
                    return name;
                }));
            }
            ProblemException first = null;
            for (var one : all) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof ProblemException problem)) {
                        throw new IllegalStateException(e.getCause());
                    }
                    first = first == null ? problem : first;
                }
            }
            if (first != null) {
                throw first;
            }
        }
    }
}

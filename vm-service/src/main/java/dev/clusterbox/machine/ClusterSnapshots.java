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
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        var all = snapshot.machines();
        var snapshots = providers.snapshots(provider);
        var there = providers.named(provider);
        // None is given up while another cannot be ended, and none runs before all are restored: it would meet others
        // of another time.
        onEach(all, machine -> there.stop(machine, true));
        var failed = failures(all, machine -> snapshots.restore(machine, id));
        if (!failed.isEmpty()) {
            throw halfRestored(all, failed);
        }
        onEach(all, machine -> {
            if (there.find(machine)
                    .filter(found -> found.power() == PowerState.SAVED)
                    .isPresent()) {
                there.start(machine);
            }
        });
        return snapshot;
    }

    /** There is no way back, since what a machine was until then is gone; but there is one forward, since restoring twice is fine. */
    private static ProblemException halfRestored(List<MachineName> all, Map<MachineName, ProblemException> failed) {
        var first = failed.values().iterator().next();
        var restored =
                all.stream().filter(machine -> !failed.containsKey(machine)).toList();
        var problem = new ProblemException(
                new Problem(
                        first.problem().code(),
                        "%s (not restored: %s; restored: %s; none of them runs)"
                                .formatted(first.problem().message(), failed.keySet(), restored),
                        Stream.of(first.problem().hint(), "then restore it again: all are restored, and then started")
                                .filter(text -> !text.isBlank())
                                .collect(Collectors.joining("; "))),
                first);
        failed.values().stream().skip(1).forEach(problem::addSuppressed);
        return problem;
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
        var first = failures(names, work).values().stream().findFirst();
        if (first.isPresent()) {
            throw first.get();
        }
    }

    /** Side by side, to the end on each: with which it did not work, in the order of the names. */
    private static Map<MachineName, ProblemException> failures(List<MachineName> names, Work work)
            throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<MachineName, Future<?>> all = new LinkedHashMap<>();
            for (var name : names) {
                all.put(name, threads.submit(() -> {
                    work.on(name);
                    return name;
                }));
            }
            Map<MachineName, ProblemException> failed = new LinkedHashMap<>();
            for (var one : all.entrySet()) {
                try {
                    one.getValue().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof ProblemException problem)) {
                        throw new IllegalStateException(e.getCause());
                    }
                    failed.put(one.getKey(), problem);
                }
            }
            return failed;
        }
    }
}

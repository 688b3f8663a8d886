package dev.clusterbox.machine;

import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.seed.Seed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Machines that only seem to run: for tests of what uses a provider. It passes the contract. */
final class InMemoryMachines implements MachineProvider {

    private record Entry(MachineSpec spec, Machine machine) {}

    private final TreeMap<String, Entry> machines = new TreeMap<>();
    private final TreeMap<String, Network> networks = new TreeMap<>();
    private final TreeMap<String, List<Taken>> taken = new TreeMap<>();

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Availability availability() {
        return new Availability(name(), true, "memory is everywhere", List.of());
    }

    @Override
    public Image image() {
        return new Image(State.READY, "none", "ready", 0, null);
    }

    @Override
    public Image prepareImage() {
        return image();
    }

    @Override
    public synchronized List<Network> networks() {
        return List.copyOf(networks.values());
    }

    @Override
    public synchronized Network createNetwork(NetworkSpec spec) {
        var made = new Network(spec.name(), spec.cidr(), spec.cidr().host(), "mem-" + spec.name(), spec.cluster());
        var there = networks.get(spec.name());
        if (there != null && there.equals(made)) {
            return there;
        }
        if (there != null
                || networks.values().stream().anyMatch(other -> other.cidr().overlaps(spec.cidr()))) {
            throw Problem.conflict(spec + " overlaps", "").asException();
        }
        networks.put(spec.name(), made);
        return made;
    }

    @Override
    public synchronized void deleteNetwork(String name) {
        if (machines.values().stream().anyMatch(entry -> entry.spec.network().equals(name))) {
            throw Problem.conflict(name + " has machines", "").asException();
        }
        networks.remove(name);
    }

    @Override
    public synchronized Machine create(MachineSpec spec) {
        var there = machines.get(spec.name().text());
        if (there != null && there.spec.knowing(spec.hosts()).equals(spec)) {
            return there.machine;
        }
        if (there != null || taken(spec)) {
            throw Problem.conflict(spec.name() + " or its address is there", "").asException();
        }
        var network = networks.get(spec.network());
        if (network == null || !network.cluster().equals(spec.cluster())) {
            throw Problem.conflict("there is no such network", "").asException();
        }
        if (!network.cidr().isForMachine(spec.address())) {
            throw Problem.invalid("address", "").asException();
        }
        return keep(spec, UUID.randomUUID(), Instant.EPOCH, PowerState.STOPPED);
    }

    private boolean taken(MachineSpec spec) {
        return machines.values().stream()
                .anyMatch(entry -> entry.spec.network().equals(spec.network())
                        && entry.spec.address().equals(spec.address()));
    }

    private Machine keep(MachineSpec spec, UUID id, Instant at, PowerState power) {
        var enter = power == PowerState.RUNNING ? List.of("enter", spec.name().text()) : List.<String>of();
        var machine = Machine.of(spec, id, at, power, new Source.Stated(spec.address()), "memory", enter);
        machines.put(spec.name().text(), new Entry(spec, machine));
        return machine;
    }

    @Override
    public synchronized void plant(MachineName name, Seed seed) {
        if (!needed(name).machine.id().equals(seed.machine())) {
            throw Problem.conflict("another machine's seed", "").asException();
        }
    }

    @Override
    public void forgetSeed(MachineName name) {
        // It keeps none.
    }

    @Override
    public synchronized Machine start(MachineName name) {
        return switched(name, PowerState.RUNNING);
    }

    @Override
    public synchronized Machine stop(MachineName name, boolean force) {
        return switched(name, PowerState.STOPPED);
    }

    private Machine switched(MachineName name, PowerState power) {
        var entry = needed(name);
        return keep(entry.spec, entry.machine.id(), entry.machine.createdAt(), power);
    }

    private Entry needed(MachineName name) {
        var entry = machines.get(name.text());
        if (entry == null) {
            throw Problem.notFound("there is no machine " + name).asException();
        }
        return entry;
    }

    @Override
    public synchronized void delete(MachineName name) {
        machines.remove(name.text());
        taken.remove(name.text());
    }

    @Override
    public Optional<Snapshots> snapshots() {
        return Optional.of(new Standstill());
    }

    private record Taken(Snapshot snapshot, PowerState power) {}

    private final class Standstill implements Snapshots {

        @Override
        public Machine pause(MachineName name) {
            return from(name, PowerState.PAUSED, PowerState.RUNNING);
        }

        @Override
        public Machine resume(MachineName name) {
            return from(name, PowerState.RUNNING, PowerState.PAUSED);
        }

        @Override
        public Machine save(MachineName name) {
            return from(name, PowerState.SAVED, PowerState.RUNNING);
        }

        private Machine from(MachineName name, PowerState wanted, PowerState from) {
            synchronized (InMemoryMachines.this) {
                var now = needed(name).machine.power();
                if (now != wanted && now != from) {
                    throw Problem.conflict(name + " is " + now, "").asException();
                }
                return switched(name, wanted);
            }
        }

        @Override
        public void take(MachineName name, Snapshot snapshot) {
            synchronized (InMemoryMachines.this) {
                var power = needed(name).machine.power();
                var all = taken.computeIfAbsent(name.text(), _ -> new ArrayList<>());
                if (all.stream().noneMatch(other -> other.snapshot.equals(snapshot))) {
                    all.add(new Taken(snapshot, power == PowerState.STOPPED ? power : PowerState.SAVED));
                }
            }
        }

        @Override
        public List<Snapshot> taken(MachineName name) {
            synchronized (InMemoryMachines.this) {
                return taken.getOrDefault(name.text(), List.of()).stream()
                        .map(Taken::snapshot)
                        .toList();
            }
        }

        @Override
        public Machine restore(MachineName name, UUID snapshot) {
            synchronized (InMemoryMachines.this) {
                return taken.getOrDefault(name.text(), List.of()).stream()
                        .filter(some -> some.snapshot.id().equals(snapshot))
                        .findFirst()
                        .map(some -> switched(name, some.power))
                        .orElseThrow(() -> Problem.notFound("there is no snapshot " + snapshot)
                                .asException());
            }
        }

        @Override
        public void forget(MachineName name, UUID snapshot) {
            synchronized (InMemoryMachines.this) {
                taken.getOrDefault(name.text(), new ArrayList<>())
                        .removeIf(some -> some.snapshot.id().equals(snapshot));
            }
        }
    }

    @Override
    public synchronized Optional<Machine> find(MachineName name) {
        return Optional.ofNullable(machines.get(name.text())).map(Entry::machine);
    }

    @Override
    public synchronized List<Machine> list() {
        return machines.values().stream().map(Entry::machine).toList();
    }
}

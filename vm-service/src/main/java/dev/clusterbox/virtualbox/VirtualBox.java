package dev.clusterbox.virtualbox;

import dev.clusterbox.image.Image;
import dev.clusterbox.machine.Availability;
import dev.clusterbox.machine.Demand;
import dev.clusterbox.machine.Finding;
import dev.clusterbox.machine.ImageShelf;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PortForwards;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Snapshots;
import dev.clusterbox.machine.Source;
import dev.clusterbox.machine.Turns;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.seed.Seed;
import dev.clusterbox.seed.SeedDisk;
import dev.clusterbox.virtualbox.Registry.Found;
import dev.clusterbox.virtualbox.Templates.Template;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Machines as linked clones of a virtual machine that has everything on its disk. What VirtualBox has is the truth: what a
 * machine was made to be stands in its extra data, and it is ours if its settings lie in our folder.
 */
final class VirtualBox implements MachineProvider {

    private final VirtualBoxParts parts;
    private final Turns<MachineName> turns = new Turns<>();

    private final Removal removal;
    private final PowerSwitch power;
    private final SeedDrive seeds;

    /** Machines that are being made: their addresses are taken, though VirtualBox does not know it yet. */
    private final Map<MachineName, MachineSpec> coming = new HashMap<>();

    VirtualBox(VirtualBoxParts parts) {
        this.parts = parts;
        this.removal = new Removal(parts.host(), parts.manage(), parts.places(), parts.registry());
        this.power = new PowerSwitch(parts.manage(), parts.registry(), removal, parts.stopPatience());
        this.seeds = new SeedDrive(parts.host(), parts.manage(), parts.places(), removal);
    }

    @Override
    public String name() {
        return parts.name();
    }

    @Override
    public Availability availability() throws InterruptedException {
        return parts.presence().availability();
    }

    @Override
    public List<Finding> examine(Demand demand) throws InterruptedException {
        return parts.doctor().examine(demand);
    }

    @Override
    public Image image() throws InterruptedException {
        return parts.templates().image();
    }

    @Override
    public Image prepareImage() throws InterruptedException {
        return parts.templates().prepare();
    }

    @Override
    public Optional<ImageShelf> shelf() {
        return parts.templates().shelf();
    }

    @Override
    public List<Network> networks() throws InterruptedException {
        return parts.networks().list();
    }

    @Override
    public Network createNetwork(NetworkSpec spec) throws InterruptedException {
        var network = parts.networks().create(spec);
        parts.entrances().open(network.hostAddress().toString());
        return network;
    }

    @Override
    public void deleteNetwork(String name) throws InterruptedException {
        synchronized (coming) { // so that no machine comes in between
            MachineSpec.requireNoneIn(name, specs());
            var network = parts.networks().find(name);
            parts.networks().delete(name);
            network.ifPresent(gone -> parts.entrances().close(gone.hostAddress().toString()));
        }
    }

    /** Those that are there, and those that are coming. */
    private List<MachineSpec> specs() throws InterruptedException {
        var all = new ArrayList<>(parts.registry().specs());
        all.addAll(coming.values());
        return all;
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        return turns.on(spec.name(), () -> {
            var there = parts.registry().find(spec.name());
            if (there.isPresent() && !there.get().ours()) {
                throw Problem.conflict(
                                "VirtualBox on the host %s has a machine '%s' that was not made here (%s)"
                                        .formatted(
                                                parts.host().name(),
                                                spec.name(),
                                                there.get().info().file()),
                                "rename or remove that machine, or take another name for the cluster")
                        .asException();
            }
            if (there.isPresent() && there.get().stored().isPresent()) {
                return adopt(there.get(), spec);
            }
            if (there.isPresent() || parts.host().exists(parts.places().machine(spec.name()))) {
                removal.remove(spec.name()); // what a service that was killed has left unfinished
            }
            var template = parts.templates()
                    .current()
                    .orElseThrow(() -> Problem.unavailable(
                                    "the image is not ready", "PUT .../image makes it; ask again when it is READY")
                            .asException());
            var network = reserve(spec);
            try {
                return make(spec, template, network);
            } finally {
                synchronized (coming) {
                    coming.remove(spec.name());
                }
            }
        });
    }

    private Machine adopt(Found there, MachineSpec spec) {
        var stored = there.stored().orElseThrow();
        stored.spec().requireSame(spec);
        return machine(there);
    }

    /** Checks that it fits, and keeps its place until it is there. */
    private Network reserve(MachineSpec spec) throws InterruptedException {
        synchronized (coming) {
            var network = spec.requirePlace(parts.networks().find(spec.network()), specs());
            coming.put(spec.name(), spec);
            return network;
        }
    }

    private Machine make(MachineSpec spec, Template template, Network network) throws InterruptedException {
        var id = UUID.randomUUID();
        parts.registry().making(id);
        try {
            define(id, spec, template, network);
            var stored =
                    new StoredMachine(spec, id, parts.clock().instant().truncatedTo(ChronoUnit.MILLIS), template.id());
            parts.registry().store(stored);
            return machine(stored, PowerState.STOPPED);
        } catch (ProblemException e) {
            removeAfter(e, spec.name());
            throw e;
        } finally {
            parts.registry().made(id);
        }
    }

    private void define(UUID id, MachineSpec spec, Template template, Network network) throws InterruptedException {
        parts.manage()
                .run(
                        () -> parts.registry().isRegistered(id),
                        "clonevm",
                        template.machine(),
                        "--snapshot",
                        template.snapshot(),
                        "--name",
                        spec.name().text(),
                        "--uuid",
                        id.toString(),
                        "--options",
                        "link",
                        "--basefolder",
                        parts.places().machines(),
                        "--register");
        var adapters = Adapters.of(parts.installation(), spec.name());
        var arguments = new ArrayList<>(List.of("modifyvm", id.toString()));
        arguments.addAll(List.of("--cpus", Integer.toString(spec.cpus())));
        arguments.addAll(List.of("--memory", Integer.toString(spec.memoryMiB())));
        arguments.addAll(List.of("--rtc-use-utc", "on", "--audio-enabled", "off", "--uart1", "off"));
        arguments.addAll(List.of("--usb-ohci", "off", "--usb-ehci", "off", "--usb-xhci", "off"));
        arguments.addAll(List.of("--nic1", "nat", "--nic-type1", "virtio", "--cable-connected1", "on"));
        arguments.addAll(List.of("--mac-address1", adapters.nat().withoutColons()));
        arguments.addAll(parts.networks().adapter(2, network));
        arguments.addAll(List.of("--nic-type2", "virtio", "--cable-connected2", "on"));
        arguments.addAll(List.of("--mac-address2", adapters.hostOnly().withoutColons()));
        parts.manage().run(arguments.toArray(String[]::new));
    }

    /** The problem counts; what cannot be removed now is removed by the next call. */
    private void removeAfter(ProblemException problem, MachineName name) throws InterruptedException {
        try {
            removal.remove(name);
        } catch (ProblemException e) {
            problem.addSuppressed(e);
        }
    }

    @Override
    public void plant(MachineName name, Seed seed) throws InterruptedException {
        turns.on(name, () -> {
            var stored = parts.registry().remembered(name);
            seed.requireFor(name, stored.id());
            var network = parts.networks()
                    .find(stored.spec().network())
                    .orElseThrow(() -> Problem.conflict(
                                    "there is no network " + stored.spec().network(), "make the network first")
                            .asException());
            var adapters = Adapters.of(parts.installation(), name);
            var disk = new SeedDisk(
                    seed,
                    network.cidr(),
                    adapters.nat(),
                    adapters.hostOnly(),
                    stored.spec().hosts());
            seeds.insert(name, stored.id(), disk.image(parts.clock().instant()));
            return name;
        });
    }

    @Override
    public void forgetSeed(MachineName name) throws InterruptedException {
        turns.on(name, () -> {
            var found = parts.registry().find(name).filter(Found::ours);
            if (found.isPresent()) {
                seeds.empty(name, found.get());
            }
            return name;
        });
    }

    @Override
    public Machine start(MachineName name) throws InterruptedException {
        return turns.on(name, () -> {
            var found = parts.registry().needed(name);
            switch (found.info().power()) {
                case RUNNING, STARTING -> {
                    return machine(found);
                }
                case PAUSED -> parts.manage().run("controlvm", found.id(), "resume");
                case SAVED -> {
                    parts.networks().ensure(found.stored().orElseThrow().spec().network());
                    power.start(found);
                }
                case STOPPED -> {
                    removal.turnOff(found); // one that VirtualBox shows the last moment of ("guru meditation")
                    connect(found);
                    power.start(found);
                }
            }
            return machine(found.stored().orElseThrow(), PowerState.RUNNING);
        });
    }

    /** Its network's interface may have come back under another name. */
    private void connect(Found machine) throws InterruptedException {
        var network =
                parts.networks().ensure(machine.stored().orElseThrow().spec().network());
        var link = machine.info().hostOnlyInterface(2);
        if (link.isPresent() && !link.get().equals(network.interfaceName())) {
            var arguments = new ArrayList<>(List.of("modifyvm", machine.id()));
            arguments.addAll(parts.networks().adapter(2, network));
            parts.manage().run(arguments.toArray(String[]::new));
        }
    }

    @Override
    public Machine stop(MachineName name, boolean force) throws InterruptedException {
        return turns.on(name, () -> {
            var found = parts.registry().needed(name);
            power.stop(found, force);
            return machine(found.stored().orElseThrow(), PowerState.STOPPED);
        });
    }

    @Override
    public void delete(MachineName name) throws InterruptedException {
        turns.on(name, () -> {
            removal.remove(name);
            return name;
        });
    }

    @Override
    public Optional<Machine> find(MachineName name) throws InterruptedException {
        return parts.registry()
                .find(name)
                .filter(found -> found.stored().isPresent())
                .map(this::machine);
    }

    @Override
    public List<Machine> list() throws InterruptedException {
        return parts.registry().all().stream().map(this::machine).toList();
    }

    @Override
    public Optional<Snapshots> snapshots() {
        return Optional.of(
                new VirtualBoxSnapshots(parts.manage(), parts.registry(), power, seeds, turns, this::machine));
    }

    @Override
    public Optional<PortForwards> portForwards() {
        return Optional.of(new NatForwards(parts.manage(), parts.registry(), turns));
    }

    private Machine machine(Found found) {
        return machine(found.stored().orElseThrow(), found.info().power());
    }

    private Machine machine(StoredMachine stored, PowerState state) {
        var address = stored.spec().address();
        return Machine.of(
                stored.spec(),
                stored.id(),
                stored.createdAt(),
                state,
                parts.hidden() ? new Source.Hidden() : new Source.Stated(address),
                parts.host().name(),
                state == PowerState.RUNNING
                        ? List.of("ssh", "-o", "HostKeyAlias=" + stored.id(), "root@" + address)
                        : List.of());
    }
}

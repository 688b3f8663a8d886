package dev.clusterbox.nspawn;

import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.host.HostNetworks;
import dev.clusterbox.host.Hosts;
import dev.clusterbox.image.Image;
import dev.clusterbox.image.Images;
import dev.clusterbox.machine.Availability;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PortForwards;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Role;
import dev.clusterbox.machine.Source;
import dev.clusterbox.machine.Turns;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.seed.GuestFiles;
import dev.clusterbox.seed.Seed;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines as systemd-nspawn containers with systemd as their first process. They share the host's kernel: this is no
 * security boundary.
 */
final class Nspawn implements MachineProvider {

    static final String NAME = "nspawn";

    private static final Logger LOG = LoggerFactory.getLogger(Nspawn.class);
    private static final Path SEED = Path.of("var/lib/clusterbox/seed.properties");

    private static final String FINISHED = "[!.]*";
    private static final String ALL = "*";

    private final Installation installation;
    private final Images images;
    private final Shared shared;
    private final Bridges bridges;
    private final Power power;
    private final CommandRunner host;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final Turns<MachineName> turns = new Turns<>();

    Nspawn(
            Installation installation,
            Images images,
            Shared shared,
            Bridges bridges,
            Power power,
            CommandRunner host,
            ObjectMapper json,
            InstantSource clock) {
        this.installation = installation;
        this.images = images;
        this.shared = shared;
        this.bridges = bridges;
        this.power = power;
        this.host = host;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Availability availability() {
        return Requirements.availability(
                shared.mountedWith(installation.folder()), folders(FINISHED).size());
    }

    @Override
    public Image image() {
        return images.image();
    }

    @Override
    public Image prepareImage() {
        return images.prepare();
    }

    @Override
    public List<Network> networks() {
        return bridges.list();
    }

    @Override
    public Network createNetwork(NetworkSpec spec) throws InterruptedException {
        return bridges.create(spec);
    }

    @Override
    public void deleteNetwork(String name) throws InterruptedException {
        synchronized (bridges) { // so that no machine comes in between
            MachineSpec.requireNoneIn(name, specs());
            bridges.delete(name);
        }
    }

    @Override
    public Machine create(MachineSpec spec) throws InterruptedException {
        return turns.on(spec.name(), () -> {
            var folder = folder(spec.name());
            var there = read(folder);
            if (there.isPresent()) {
                return adopt(folder, there.get(), spec);
            }
            if (Files.exists(folder.path())) { // without a machine in it: somebody took its file away
                remove(spec.name(), folder);
            }
            var layers = images.layers()
                    .orElseThrow(() -> Problem.unavailable(
                                    "the image is not ready: " + images.image().progress(),
                                    "PUT .../image builds it; ask again when it is READY")
                            .asException());
            var machine = new StoredMachine(
                    spec,
                    UUID.randomUUID(),
                    clock.instant(),
                    layers.stream().map(Path::toString).toList());
            synchronized (bridges) {
                spec.requirePlace(bridges.find(spec.network()), specs());
                hold(layers);
                MachineFolder.create(folder, machine, json);
            }
            return machine(folder, machine);
        });
    }

    private Machine adopt(MachineFolder folder, StoredMachine there, MachineSpec spec) {
        there.spec().requireSame(spec);
        if (there.spec().equals(spec)) {
            return machine(folder, there);
        }
        folder.writeHosts(guest(folder), spec);
        return machine(folder, folder.rewrite(there.as(spec), json));
    }

    private GuestFiles guest(MachineFolder folder) {
        return power.firstProcess(folder)
                .map(first -> GuestFiles.running(first.root()))
                .orElseGet(() -> GuestFiles.atRest(folder.upper()));
    }

    @Override
    public void plant(MachineName name, Seed seed) throws InterruptedException {
        turns.on(name, () -> {
            var folder = folder(name);
            var machine = needed(folder, name);
            seed.requireFor(name, machine.id());
            var text = seed.asProperties(clock.instant(), "shared");
            guest(folder).write(SEED, text, "rw-------");
            return name;
        });
    }

    /** It is a file in the machine, where the agent keeps what it needs of it: there is none outside. */
    @Override
    public void forgetSeed(MachineName name) {
        // Nothing to take away.
    }

    @Override
    public Machine start(MachineName name) throws InterruptedException {
        return turns.on(name, () -> {
            var folder = folder(name);
            var machine = needed(folder, name);
            if (power.state(name, folder) != PowerState.RUNNING) {
                power.off(name, folder); // what a start that was cut short has left
                var network = bridges.ensure(machine.spec().network());
                folder.writeResolver(HostNetworks.nameServers());
                if (machine.spec().role() == Role.NODE) {
                    folder.writeNodeKernel();
                }
                power.on(folder, machine, network);
            }
            return machine(folder, machine);
        });
    }

    @Override
    public Machine stop(MachineName name, boolean force) throws InterruptedException {
        return turns.on(name, () -> {
            var folder = folder(name);
            var machine = needed(folder, name);
            if (!force) {
                power.askToStop(name, folder);
            }
            power.off(name, folder);
            return machine(folder, machine);
        });
    }

    @Override
    public void delete(MachineName name) throws InterruptedException {
        turns.on(name, () -> {
            remove(name, folder(name));
            return name;
        });
    }

    private void remove(MachineName name, MachineFolder folder) throws InterruptedException {
        bridges.stopForwarding(name);
        power.off(name, folder);
        if (Files.exists(folder.path())) {
            folder.delete(host);
        }
        if (folders(ALL).isEmpty()) {
            power.tidy();
        }
    }

    @Override
    public Optional<PortForwards> portForwards() {
        return Optional.of(new KernelForwards(bridges, this::find));
    }

    @Override
    public Optional<Machine> find(MachineName name) {
        var folder = folder(name);
        return read(folder).map(machine -> machine(folder, machine));
    }

    @Override
    public List<Machine> list() {
        var machines = new ArrayList<Machine>();
        for (var folder : folders(FINISHED)) {
            read(folder).ifPresent(machine -> machines.add(machine(folder, machine)));
        }
        return List.copyOf(machines);
    }

    private List<MachineSpec> specs() {
        return stored().map(StoredMachine::spec).toList();
    }

    private Stream<StoredMachine> stored() {
        return folders(FINISHED).stream().flatMap(folder -> read(folder).stream());
    }

    /** Tells whoever shares the folder of images which layers are needed here, before the machine that needs them is there. */
    private void hold(Collection<Path> more) {
        var layers = new HashSet<>(more);
        stored().flatMap(machine -> machine.layers().stream()).map(Path::of).forEach(layers::add);
        images.hold(installation.id(), installation.machines(), layers);
    }

    /** When the service ends. Machines run on without it, and need their layers; a service without machines needs none. */
    void letGo() {
        if (folders(ALL).isEmpty()) {
            images.release(installation.id());
        }
    }

    void pruneImages() throws InterruptedException {
        synchronized (bridges) { // so that no machine comes in between
            hold(images.layersOrNone());
        }
        images.prune(clock.instant());
    }

    /** What a service that was killed has left half made or half removed. */
    void sweep() throws InterruptedException {
        for (var folder : folders(MachineFolder.UNFINISHED + "*")) {
            LOG.info("removing {}, which was left unfinished", folder.path());
            folder.delete(host);
        }
    }

    /** What has to be seen to now and then: consoles that grow, and machines whose outermost process was killed. */
    void lookAfter() throws InterruptedException {
        for (var folder : folders(FINISHED)) {
            var name = MachineName.parse(String.valueOf(folder.path().getFileName()));
            folder.cutConsole();
            if (power.isHeadless(name, folder)) {
                turns.on(name, () -> {
                    if (power.isHeadless(name, folder)) {
                        LOG.warn("{} has lost systemd-nspawn; ending what is left of it", name);
                        power.off(name, folder);
                    }
                    return name;
                });
            }
        }
    }

    private List<MachineFolder> folders(String pattern) {
        var folders = new ArrayList<MachineFolder>();
        try (var all = Files.newDirectoryStream(installation.machines(), pattern)) {
            all.forEach(path -> folders.add(new MachineFolder(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folders.sort((a, b) -> a.path().compareTo(b.path()));
        return folders;
    }

    private MachineFolder folder(MachineName name) {
        return new MachineFolder(installation.machines().resolve(name.text()));
    }

    private StoredMachine needed(MachineFolder folder, MachineName name) {
        return read(folder)
                .orElseThrow(
                        () -> Problem.notFound("there is no machine " + name).asException());
    }

    private Optional<StoredMachine> read(MachineFolder folder) {
        try {
            return folder.read(json);
        } catch (UncheckedIOException e) {
            LOG.warn("{} holds no machine: {}", folder.path(), e.getMessage());
            return Optional.empty();
        }
    }

    private Machine machine(MachineFolder folder, StoredMachine machine) {
        var spec = machine.spec();
        var state = power.state(spec.name(), folder);
        return Machine.of(
                spec,
                machine.id(),
                machine.createdAt(),
                state,
                new Source.Stated(spec.address()),
                Hosts.name(),
                power.firstProcess(folder).map(Enter::command).orElse(List.of()));
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.HostsNetwork;
import dev.clusterbox.image.Images;
import dev.clusterbox.machine.Machine;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Ipv4;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A real machine with Debian's own SSH server and sudo, which other packages' tests enter. */
public final class SshMachine {

    private static final MachineSpec SPEC = new MachineSpec(
            MachineName.parse("demo-guest"),
            "demo",
            Role.CONTROLLER,
            "guest",
            "demo",
            Ipv4.parse("192.168.56.31"),
            1,
            1024,
            10,
            Map.of());

    /** What a guest of a hypervisor has and the root file system for containers has not. */
    private static final String INSTALL = """
            mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
            mount --bind /dev "$2/root/dev"
            mount -t proc proc "$2/root/proc"
            cp /etc/resolv.conf "$2/root/etc/resolv.conf"
            export DEBIAN_FRONTEND=noninteractive
            chroot "$2/root" apt-get -q update
            chroot "$2/root" apt-get -q -y --no-install-recommends install openssh-server sudo systemd-resolved udev
            chroot "$2/root" apt-get -q clean
            rm -rf "$2"/upper/etc/ssh/ssh_host_* "$2"/upper/var/lib/apt/lists "$2"/upper/etc/resolv.conf
            find "$2/upper" -type c -delete
            """;

    private final RealMachines machines;
    private final Path state;
    private Machine machine;

    /** Starts it; nobody can log in yet. */
    public SshMachine(Path scratch) throws Exception {
        state = scratch.resolve("state");
        machines = new RealMachines(scratch, layer(), Optional.empty());
        machine = machines.running(SPEC);
    }

    /** Built once, above the root file system that the other tests have. */
    private static Path layer() throws Exception {
        var images = TestHost.images();
        var base = base(images);
        var layer = Path.of(System.getProperty("clusterbox.cache")).resolve("sshd-1-" + base.getFileName());
        if (!Files.isDirectory(layer)) {
            var scratch = Files.createDirectories(layer.resolveSibling(".sshd-" + UUID.randomUUID()));
            for (var folder : List.of("upper", "work", "root")) {
                Files.createDirectory(scratch.resolve(folder));
            }
            var command = Command.of(
                    "unshare",
                    "--mount",
                    "--propagation",
                    "private",
                    "sh",
                    "-ec",
                    INSTALL,
                    "sh",
                    base.toString(),
                    scratch.toString());
            new HostsNetwork().run(command.within(Duration.ofMinutes(10))).orFail();
            Files.move(scratch.resolve("upper"), layer, StandardCopyOption.ATOMIC_MOVE);
            TestHost.RUNNER.run(Command.of("rm", "-rf", "--one-file-system", scratch.toString()));
        }
        return layer;
    }

    private static Path base(Path images) throws Exception {
        var ready = new Images(images.toRealPath(), Optional.empty(), TestHost.RUNNER).layers();
        return ready.orElseThrow().getFirst();
    }

    public String address() {
        return SPEC.address().toString();
    }

    /** Runs a script as root in it. */
    public CommandResult in(String script) throws InterruptedException {
        return RealMachines.in(machine, script);
    }

    /** A file of it, to be looked at when it is off. */
    public Path file(String path) {
        return state.resolve("nspawn/machines/demo-guest/upper").resolve(path);
    }

    public boolean isOff() throws InterruptedException {
        return machines.provider().find(SPEC.name()).orElseThrow().power() == PowerState.STOPPED;
    }

    public void startAgain() throws Exception {
        machine = machines.running(SPEC);
    }

    /** Removes it, and fails if anything of it is left. */
    public void end() throws Exception {
        machines.end();
    }
}

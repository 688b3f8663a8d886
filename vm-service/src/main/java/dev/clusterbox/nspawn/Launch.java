package dev.clusterbox.nspawn;

import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.machine.Role;
import dev.clusterbox.network.Network;
import dev.clusterbox.nspawn.ControlGroups.Placement;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a machine's folder into a running machine. One process becomes, step by step, the machine's outermost one: it
 * enters the control groups, gets a mount and a network namespace, makes its own cable to the bridge, mounts its root file
 * system, and runs systemd-nspawn, again when the machine reboots. What it made before it fails or is killed is in its
 * namespaces and gone with it.
 */
final class Launch {

    /** Runs where the service runs. Descriptor 9 keeps hold of the host's network namespace. */
    private static final String OUTSIDE = """
            for group in $CB_GROUPS; do echo $$ > "$group"; done
            exec 9< /proc/self/ns/net
            exec unshare --mount --net --propagation private -- sh -ec "$CB_INSIDE" sh "$@"
            """;

    /** How systemd-nspawn says that the machine wants to boot again, and leaves that to others (its {@code --keep-unit}). */
    private static final int REBOOT = 133;

    /**
     * Runs in the new namespaces. The address is there before the machine boots, so that nothing in it has to wait for a
     * network. What systemd-nspawn keeps under /run/systemd, and leaves behind when it is killed, goes into a tmpfs of its own; not one
     * on /run/systemd/nspawn: who removes that folder, empty as it seems, takes away what is mounted there elsewhere.
     */
    private static final String INSIDE = """
            read -r stat < /proc/self/stat
            echo "$stat" > "$CB_FOLDER/process"
            nsenter --net=/proc/self/fd/9 ip -batch - <<END
            link add name $CB_CABLE type veth peer name host0 address $CB_HARDWARE netns $$
            link set dev $CB_CABLE master $CB_BRIDGE up
            END
            exec 9<&-
            ip -batch - <<END
            address add $CB_ADDRESS broadcast + dev host0
            link set dev lo up
            link set dev host0 up
            route add default via $CB_ROUTER
            END
            mkdir -p /run/systemd
            mount -t tmpfs -o mode=755 tmpfs /run/systemd
            mount -t overlay -o "lowerdir=$CB_LAYERS,upperdir=$CB_FOLDER/upper,workdir=$CB_FOLDER/work" overlay "$CB_FOLDER/root"
            while code=0; setpriv --pdeathsig KILL systemd-nspawn "$@" || code=$?; [ $code = %d ]; do :; done
            exit $code
            """.formatted(REBOOT);

    /** Seven at once on two cores take about one. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(4);

    private final LocalRunner host;
    private final Installation installation;
    private final Optional<ArtifactStore> artifacts;

    Launch(LocalRunner host, Installation installation, Optional<ArtifactStore> artifacts) {
        this.host = host;
        this.installation = installation;
        this.artifacts = artifacts;
    }

    /** Returns the machine's first process. */
    HostProcess run(MachineFolder folder, StoredMachine machine, Network network, Placement placement)
            throws InterruptedException {
        var command = new ArrayList<>(placement.prefix());
        command.addAll(List.of("sh", "-ec", OUTSIDE, "sh"));
        command.addAll(arguments(folder, machine));
        folder.cutConsole();
        long id = host.launch(command, environment(folder, machine, network, placement), folder.console());
        return await(folder, id);
    }

    private Map<String, String> environment(
            MachineFolder folder, StoredMachine machine, Network network, Placement placement) {
        var spec = machine.spec();
        var environment = new HashMap<>(placement.environment());
        environment.put("CB_INSIDE", INSIDE);
        environment.put("CB_FOLDER", folder.path().toString());
        environment.put("CB_CABLE", installation.cable(spec.name()));
        environment.put("CB_HARDWARE", installation.hardwareAddress(spec.name()));
        environment.put("CB_BRIDGE", network.interfaceName());
        environment.put("CB_ADDRESS", spec.address() + "/" + network.cidr().prefix());
        environment.put("CB_ROUTER", network.hostAddress().toString());
        environment.put("CB_LAYERS", String.join(":", machine.layers()));
        environment.put("SYSTEMD_NSPAWN_LOCK", "0");
        // containerd makes session keyrings, which nspawn's filter of system calls refuses.
        environment.put("SYSTEMD_SECCOMP", "0");
        environment.put("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "network");
        return environment;
    }

    private List<String> arguments(MachineFolder folder, StoredMachine machine) {
        MachineSpec spec = machine.spec();
        var arguments = new ArrayList<>(List.of(
                "--quiet",
                "--directory=" + folder.root(),
                "--boot",
                "--register=no",
                "--keep-unit",
                "--machine=" + installation.container(spec.name()),
                "--hostname=" + spec.hostName(),
                "--uuid=" + machine.id(),
                "--network-namespace-path=/proc/self/ns/net",
                "--capability=all",
                // The clock and the modules are the host's.
                "--drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE",
                "--console=pipe",
                "--kill-signal=SIGRTMIN+3",
                "--link-journal=no",
                "--resolv-conf=off",
                "--timezone=off"));
        artifacts.ifPresent(store -> arguments.add("--bind-ro=" + store.ready() + ":" + ArtifactStore.INSIDE));
        if (spec.role() == Role.NODE) {
            arguments.addAll(NodeKernel.arguments(folder));
        }
        arguments.add("systemd.show_status=false");
        return arguments;
    }

    private static HostProcess await(MachineFolder folder, long id) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            var outermost = HostProcess.living(id);
            if (outermost.isEmpty()) {
                throw Problem.failed("systemd-nspawn ended at once: " + folder.lastWords(), "see " + folder.console())
                        .asException();
            }
            var first = firstProcess(outermost.get());
            if (first.isPresent()) {
                return first.get();
            }
            Thread.sleep(PAUSE);
        }
        throw new Problem(
                        Code.TIMED_OUT,
                        "waited %d s for the machine's first process: %s"
                                .formatted(LIMIT.toSeconds(), folder.lastWords()),
                        "see " + folder.console())
                .asException();
    }

    /** The child of systemd-nspawn that has become systemd; before, it is systemd-nspawn preparing the inside. */
    static Optional<HostProcess> firstProcess(HostProcess outermost) {
        return child(outermost, "systemd-nspawn").flatMap(nspawn -> child(nspawn, "systemd"));
    }

    private static Optional<HostProcess> child(HostProcess parent, String name) {
        return parent.children().stream()
                .filter(child -> child.name().equals(name))
                .findFirst();
    }
}

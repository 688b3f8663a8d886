package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.network.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;

/** Switches machines on and off, and tells which is which: by the host's processes, not by what was done last. */
final class Power {

    /** A machine stops in half a second. One that hung for a minute was seen once: it is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * For what is no service, such as containers, when all services have stopped. The first process of a container ignores SIGTERM
     * unless it says otherwise, and systemd-shutdown would wait for it for a minute and a half.
     */
    private static final Duration AFTER_SERVICES = Duration.ofSeconds(2);

    private static final Duration BETWEEN_ASKING = Duration.ofSeconds(1);

    /** SIGRTMIN+3, by which systemd halts (systemd(1)), as a number: not every kill knows it by name. */
    private static final String HALT = "-37";

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Installation installation;
    private final Launch launch;
    private final ControlGroups groups;
    private final Ip ip;
    private final CommandRunner host;

    Power(Installation installation, Launch launch, ControlGroups groups, Ip ip, CommandRunner host) {
        this.installation = installation;
        this.launch = launch;
        this.groups = groups;
        this.ip = ip;
        this.host = host;
    }

    PowerState state(MachineName name, MachineFolder folder) {
        var outermost = outermost(folder);
        if (outermost.flatMap(Launch::firstProcess).isPresent()) {
            return PowerState.RUNNING;
        }
        boolean launching = outermost.isPresent() || (!Files.exists(folder.process()) && hasProcesses(name));
        return launching ? PowerState.STARTING : PowerState.STOPPED;
    }

    /** Whether the machine has lost its outermost process, and what was in it goes on without a way in or out. */
    boolean isHeadless(MachineName name, MachineFolder folder) {
        return Files.exists(folder.process()) && outermost(folder).isEmpty() && hasProcesses(name);
    }

    private boolean hasProcesses(MachineName name) {
        return !groups.processes(installation.container(name)).isEmpty();
    }

    Optional<HostProcess> firstProcess(MachineFolder folder) {
        return outermost(folder).flatMap(Launch::firstProcess);
    }

    private static Optional<HostProcess> outermost(MachineFolder folder) {
        try {
            return HostProcess.fromStat(Files.readString(folder.process()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void on(MachineFolder folder, StoredMachine machine, Network network) throws InterruptedException {
        var name = machine.spec().name();
        boolean runs = false;
        try {
            var placement = groups.prepare(installation.container(name), machine.spec());
            launch.run(folder, machine, network, placement);
            runs = true;
        } finally {
            if (!runs) {
                off(name, folder);
            }
        }
    }

    /**
     * Returns when the machine has stopped itself, or it has taken too long. It is asked more than once: a systemd that has only
     * just started does not listen yet.
     */
    void askToStop(MachineName name, MachineFolder folder) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long nextAsked = System.nanoTime();
        boolean services = true;
        while (System.nanoTime() < end && hasProcesses(name)) {
            var first = firstProcess(folder);
            if (services && first.isEmpty()) { // systemd has become systemd-shutdown, or there never was one
                services = false;
                end = Math.min(end, System.nanoTime() + AFTER_SERVICES.toNanos());
            }
            if (first.isPresent() && System.nanoTime() >= nextAsked) {
                host.run(Command.of("kill", HALT, Long.toString(first.get().id())));
                nextAsked = System.nanoTime() + BETWEEN_ASKING.toNanos();
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Ends what is left of a machine's processes, and removes what they had on the host. */
    void off(MachineName name, MachineFolder folder) throws InterruptedException {
        var container = installation.container(name);
        groups.kill(container);
        groups.remove(container);
        ip.removeIfThere(installation.cable(name));
        try {
            Files.deleteIfExists(folder.process());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what machines share on the host, when the last of them is gone. */
    void tidy() throws InterruptedException {
        groups.tidy();
    }
}

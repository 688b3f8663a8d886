package dev.clusterbox;

import dev.clusterbox.host.Computer;
import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.SshEntrances;
import dev.clusterbox.host.SshHost;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.VirtualBoxes;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The VirtualBox of a computer that is reached over SSH, and the connection to it. */
final class RemoteVirtualBox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteVirtualBox.class);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(10);

    private final SshHost host;
    private final Optional<SshEntrances> entrances;
    private final MachineProvider provider;
    private final Computer computer;
    private final Thread reopening;

    private RemoteVirtualBox(
            SshHost host, Optional<SshEntrances> entrances, MachineProvider provider, Computer computer) {
        this.host = host;
        this.entrances = entrances;
        this.provider = provider;
        this.computer = computer;
        this.reopening = Thread.ofVirtual().name("entrances-" + host.name()).unstarted(this::reopen);
    }

    static RemoteVirtualBox of(SshSettings settings, VirtualBoxes all) {
        var name = "virtualbox-" + settings.name();
        var host = new SshHost(settings.target());
        var entrances = settings.gateway().map(gateway -> new SshEntrances(host, gateway));
        // Whichever way agents come in, what the gateway sees is not the machine's own address.
        var options = new VirtualBoxes.Options(
                name,
                settings.vboxManage(),
                Optional.ofNullable(settings.folder()),
                true,
                entrances.<Entrances>map(way -> way).orElseGet(Entrances::none));
        var remote = new RemoteVirtualBox(
                host,
                entrances,
                all.on(host, options),
                Computer.over(host, name, settings.vboxManage(), settings.folder()));
        if (entrances.isPresent()) {
            remote.reopening.start();
        }
        return remote;
    }

    MachineProvider provider() {
        return provider;
    }

    Computer computer() {
        return computer;
    }

    /** Machines that have run there while this service was away want in again. */
    private void reopen() {
        String said = "";
        try {
            while (!open()) {
                var why = provider.availability().why();
                if (!why.equals(said)) {
                    said = why;
                    LOG.info("{}: agents are let in once it can be asked for its networks: {}", provider.name(), why);
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private boolean open() throws InterruptedException {
        try {
            for (var network : provider.networks()) {
                entrances.orElseThrow().open(network.hostAddress().toString());
            }
            return true;
        } catch (ProblemException e) {
            LOG.debug("{}: not yet", provider.name(), e);
            return false;
        }
    }

    @Override
    public void close() {
        reopening.interrupt();
        entrances.ifPresent(SshEntrances::close);
        host.close();
    }
}

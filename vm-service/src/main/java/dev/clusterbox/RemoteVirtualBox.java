package dev.clusterbox;

import dev.clusterbox.host.Computer;
import dev.clusterbox.host.Entrances;
import dev.clusterbox.host.SshEntrances;
import dev.clusterbox.host.SshHost;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.virtualbox.VirtualBoxes;
import java.util.Optional;

/** The VirtualBox of a computer that is reached over SSH, and the connection to it. */
record RemoteVirtualBox(SshHost host, Optional<SshEntrances> ways, MachineProvider provider, Computer computer)
        implements AutoCloseable {

    static RemoteVirtualBox of(SshSettings settings, VirtualBoxes all) {
        var name = "virtualbox-" + settings.name();
        var host = new SshHost(settings.target());
        var ways = settings.gateway().map(gateway -> new SshEntrances(host, gateway));
        var entrances = ways.<Entrances>map(way -> way).orElseGet(Entrances::none);
        var folder = Optional.ofNullable(settings.folder());
        // Whichever way agents come in, what the gateway sees is not the machine's own address.
        var options = new VirtualBoxes.Options(name, settings.vboxManage(), folder, true, entrances);
        return new RemoteVirtualBox(
                host, ways, all.on(host, options), Computer.over(host, name, settings.vboxManage(), settings.folder()));
    }

    @Override
    public void close() {
        ways.ifPresent(SshEntrances::close);
        host.close();
    }
}

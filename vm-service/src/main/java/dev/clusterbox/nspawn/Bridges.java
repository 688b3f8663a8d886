package dev.clusterbox.nspawn;

import dev.clusterbox.host.HostNetworks;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A bridge for each network. Its file is there before it, so that nothing on the host is without an owner. */
final class Bridges {

    private final Installation installation;
    private final JsonFolder<StoredNetwork> files;
    private final Ip ip;
    private final Translations translations;
    private final Firewall firewall;
    private final Forwarding forwarding;

    /** Those that this process has seen or made in full. */
    private final Set<String> ensured = new HashSet<>();

    Bridges(
            Installation installation,
            JsonFolder<StoredNetwork> files,
            Ip ip,
            Translations translations,
            Firewall firewall,
            Forwarding forwarding) {
        this.installation = installation;
        this.files = files;
        this.ip = ip;
        this.translations = translations;
        this.firewall = firewall;
        this.forwarding = forwarding;
    }

    List<Network> list() {
        return files.names().stream().flatMap(name -> find(name).stream()).toList();
    }

    Optional<Network> find(String name) {
        return files.find(name).map(stored -> network(name, stored));
    }

    synchronized Network create(NetworkSpec spec) throws InterruptedException {
        var there = find(spec.name());
        if (there.isPresent()) {
            var network = there.get();
            spec.requireSame(network.cidr(), network.cluster());
            ensured.remove(spec.name());
            return ensure(spec.name());
        }
        refuseOverlap(spec);
        files.save(spec.name(), new StoredNetwork(spec.cidr().toString(), spec.cluster()));
        return ensure(spec.name());
    }

    private void refuseOverlap(NetworkSpec spec) {
        for (var network : list()) {
            spec.requireApart(network.cidr(), "the network " + network.name());
        }
        for (var used : HostNetworks.used(this::isOurs)) {
            spec.requireApart(used.range(), "this host (" + used.by() + ")");
        }
    }

    /** Whether the interface was made here. */
    boolean isOurs(String link) {
        return list().stream().anyMatch(network -> network.interfaceName().equals(link));
    }

    /** Makes what is missing, such as everything after the host was started again. */
    synchronized Network ensure(String name) throws InterruptedException {
        var network = find(name)
                .orElseThrow(
                        () -> Problem.notFound("there is no network " + name).asException());
        var bridge = network.interfaceName();
        if (Ip.has(bridge) && ensured.contains(name)) {
            return network;
        }
        var commands = new ArrayList<String>();
        if (!Ip.has(bridge)) {
            // With an address of its own a bridge does not change its address with each machine that comes or goes.
            commands.add("link add name %s address %s type bridge".formatted(bridge, installation.bridgeAddress(name)));
        }
        commands.add("address replace %s/%d broadcast + dev %s"
                .formatted(network.hostAddress(), network.cidr().prefix(), bridge));
        commands.add("link set dev %s up".formatted(bridge));
        ip.batch(commands);
        firewall.apply(list(), translations.all());
        forwarding.on(bridge);
        ensured.add(name);
        return network;
    }

    synchronized void delete(String name) throws InterruptedException {
        if (files.find(name).isEmpty()) {
            return;
        }
        var bridge = installation.bridge(name);
        forwarding.leave(bridge); // first: the bridge is what remembers
        ip.removeIfThere(bridge);
        firewall.apply(
                list().stream().filter(network -> !network.name().equals(name)).toList(), translations.all());
        files.delete(name);
        ensured.remove(name);
    }

    /** Leads a port of the host to a machine; the same one twice is fine. */
    synchronized void forward(MachineName machine, Ipv4 to, Forward forward) throws InterruptedException {
        if (translations.add(machine, to, forward)) {
            try {
                firewall.apply(list(), translations.all());
            } catch (RuntimeException e) {
                translations.remove(machine, forward.name());
                throw e;
            }
        }
    }

    synchronized void stopForwarding(MachineName machine, String name) throws InterruptedException {
        if (translations.remove(machine, name)) {
            firewall.apply(list(), translations.all());
        }
    }

    /** For a machine that goes. */
    synchronized void stopForwarding(MachineName machine) throws InterruptedException {
        if (translations.removeAll(machine)) {
            firewall.apply(list(), translations.all());
        }
    }

    synchronized List<Forward> forwards(MachineName machine) {
        return translations.of(machine);
    }

    private Network network(String name, StoredNetwork stored) {
        var cidr = Cidr.parse(stored.cidr());
        return new Network(name, cidr, cidr.host(), installation.bridge(name), stored.cluster());
    }
}

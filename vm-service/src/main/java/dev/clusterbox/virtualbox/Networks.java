package dev.clusterbox.virtualbox;

import dev.clusterbox.host.HostNetworks.Used;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.HostOnly.Link;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A host-only network for each network of ours. What is ours is in VirtualBox's global extra data, and is there before the
 * interface is: one that was made for us and not noted any more is found again, and nobody else's is ever touched.
 */
final class Networks {

    /** Seven machines are started at a time, and look at the same interface. */
    private static final long FRESH_NANOS = 10_000_000_000L;

    private final VBoxManage manage;
    private final HostOnly hostOnly;
    private final ObjectMapper json;
    private final String prefix;
    private final String installation;
    private final UsedByHost usedByHost;

    /** As it was read or written last: nobody else writes it. */
    private @Nullable Map<String, StoredNetwork> noted;

    private final Map<String, Long> seen = new HashMap<>();

    /** What a host uses by itself. */
    interface UsedByHost {
        List<Used> without(Predicate<String> ours) throws InterruptedException;
    }

    /**
     * @param installation names ours among those of others who use the same VirtualBox
     * @param usedByHost what the host itself uses besides what VirtualBox tells, without the interfaces that are ours
     */
    Networks(VBoxManage manage, HostOnly hostOnly, ObjectMapper json, String installation, UsedByHost usedByHost) {
        this.manage = manage;
        this.hostOnly = hostOnly;
        this.json = json;
        this.installation = installation;
        this.prefix = "clusterbox/" + installation + "/network/";
        this.usedByHost = usedByHost;
    }

    synchronized List<Network> list() throws InterruptedException {
        return read().entrySet().stream()
                .map(entry -> network(entry.getKey(), entry.getValue()))
                .toList();
    }

    synchronized Optional<Network> find(String name) throws InterruptedException {
        return Optional.ofNullable(known().get(name)).map(stored -> network(name, stored));
    }

    /** What {@code modifyvm} needs so that an adapter is in the network. */
    List<String> adapter(int number, Network network) throws InterruptedException {
        return hostOnly.adapter(number, network.interfaceName());
    }

    synchronized Network create(NetworkSpec spec) throws InterruptedException {
        var there = read().get(spec.name());
        if (there == null) {
            refuseOverlap(spec);
            hostOnly.requireAllowed(spec.cidr());
            var before = hostOnly.links().stream().map(Link::name).toList();
            write(spec.name(), new StoredNetwork(spec.cidr().toString(), spec.cluster(), null, before));
        } else {
            spec.requireSame(Cidr.parse(there.cidr()), there.cluster());
        }
        seen.remove(spec.name());
        try {
            return ensure(spec.name());
        } catch (ProblemException e) {
            if (there == null) {
                deleteAfter(e, spec.name());
            }
            throw e;
        }
    }

    private void deleteAfter(ProblemException problem, String name) throws InterruptedException {
        try {
            delete(name);
        } catch (ProblemException e) {
            problem.addSuppressed(e);
        }
    }

    private void refuseOverlap(NetworkSpec spec) throws InterruptedException {
        var ours = list();
        for (var network : ours) {
            spec.requireApart(network.cidr(), "the network " + network.name());
        }
        Predicate<String> isOurs = name ->
                ours.stream().anyMatch(network -> network.interfaceName().equals(name));
        for (var link : hostOnly.links()) {
            if (!isOurs.test(link.name()) && link.range().isPresent()) {
                spec.requireApart(link.range().get(), "VirtualBox's " + link.name() + ", which was not made here,");
            }
        }
        for (var other : HostInterface.parse(manage.run("list", "bridgedifs"))) {
            if (!isOurs.test(other.name()) && other.range().isPresent()) {
                spec.requireApart(other.range().get(), "the host's " + other.name());
            }
        }
        for (var used : usedByHost.without(isOurs)) {
            spec.requireApart(used.range(), "this host (" + used.by() + ")");
        }
    }

    /** Makes what is missing, such as an interface that went when the host was started again. */
    synchronized Network ensure(String name) throws InterruptedException {
        var stored = known().get(name);
        if (stored == null) {
            throw Problem.notFound("there is no network " + name).asException();
        }
        var last = seen.get(name);
        if (last != null && System.nanoTime() - last < FRESH_NANOS) {
            return network(name, stored);
        }
        var range = Cidr.parse(stored.cidr());
        var links = hostOnly.links();
        var link = ours(stored, links);
        if (link.isEmpty()) {
            var made = hostOnly.create("clusterbox-" + installation + "-" + name, range);
            stored = stored.with(made);
            write(name, stored);
            hostOnly.configure(made, range);
        } else {
            if (!link.get().name().equals(stored.link())) {
                stored = stored.with(link.get().name());
                write(name, stored);
            }
            if (!link.get().address().equals(Optional.of(range.host()))) {
                hostOnly.configure(link.get().name(), range);
            }
        }
        seen.put(name, System.nanoTime());
        return network(name, stored);
    }

    /**
     * The one that was made for it. By its name, unless it has another's address by now: names are used again. Where its name was not noted any
     * more, the only one that came since, that no other network has, and that has no other address.
     */
    private Optional<Link> ours(StoredNetwork stored, List<Link> links) {
        var host = Cidr.parse(stored.cidr()).host();
        var candidates = links.stream()
                .filter(link -> link.address().isEmpty() || link.address().get().equals(host))
                .toList();
        var name = stored.link();
        if (name != null) {
            return candidates.stream().filter(link -> link.name().equals(name)).findFirst();
        }
        var others = noted == null ? List.<StoredNetwork>of() : List.copyOf(noted.values());
        var fresh = candidates.stream()
                .filter(link -> !stored.before().contains(link.name()))
                .filter(link -> others.stream().noneMatch(other -> link.name().equals(other.link())))
                .toList();
        return fresh.size() == 1 ? Optional.of(fresh.getFirst()) : Optional.empty();
    }

    synchronized void delete(String name) throws InterruptedException {
        var stored = read().get(name);
        if (stored == null) {
            return;
        }
        var link = ours(stored, hostOnly.links());
        if (link.isPresent()) {
            hostOnly.remove(link.get().name());
        }
        manage.run("setextradata", "global", prefix + name);
        known().remove(name);
        seen.remove(name);
    }

    private Network network(String name, StoredNetwork stored) {
        var range = Cidr.parse(stored.cidr());
        var link = stored.link();
        return new Network(name, range, range.host(), link == null ? "" : link, stored.cluster());
    }

    private Map<String, StoredNetwork> known() throws InterruptedException {
        return noted == null ? read() : noted;
    }

    private Map<String, StoredNetwork> read() throws InterruptedException {
        var all = new TreeMap<String, StoredNetwork>();
        for (var entry : manage.extraData("global").entrySet()) {
            if (entry.getKey().startsWith(prefix)) {
                all.put(entry.getKey().substring(prefix.length()), parse(entry.getKey(), entry.getValue()));
            }
        }
        noted = all;
        return all;
    }

    private StoredNetwork parse(String key, String text) {
        try {
            var stored = json.readValue(text, StoredNetwork.class);
            if (stored != null) {
                return stored;
            }
        } catch (IOException e) {
            throw unreadable(key, e.getMessage());
        }
        throw unreadable(key, text);
    }

    private static ProblemException unreadable(String key, @Nullable String why) {
        return Problem.failed(
                        "VirtualBox's extra data '%s' cannot be read: %s".formatted(key, why),
                        "look at it with 'VBoxManage getextradata global enumerate', and remove it with"
                                + " 'VBoxManage setextradata global KEY' if no network of ours is behind it")
                .asException();
    }

    private void write(String name, StoredNetwork stored) throws InterruptedException {
        try {
            manage.run("setextradata", "global", prefix + name, json.writeValueAsString(stored));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        known().put(name, stored);
    }

    /** Names of those that are there. */
    synchronized List<String> names() throws InterruptedException {
        return new ArrayList<>(known().keySet());
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import dev.clusterbox.network.Network;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * A machine as it is asked for. Whether the address fits the network is the provider's to say.
 *
 * @param network the name of a network that is there
 * @param hosts names and addresses that the machine knows without asking anybody
 */
@Serdeable
public record MachineSpec(
        MachineName name,
        String cluster,
        Role role,
        String hostName,
        String network,
        Ipv4 address,
        int cpus,
        int memoryMiB,
        int diskGiB,
        Map<String, Ipv4> hosts) {

    private static final int MOST_CPUS = 256;
    private static final int LEAST_MEMORY = 128;
    private static final int MOST_MEMORY = 1 << 20;
    private static final int MOST_DISK = 1 << 16;
    private static final int MOST_HOSTS = 300;

    public MachineSpec {
        Label.parse("cluster", cluster);
        Label.parse("hostName", hostName);
        Label.parse("network", network);
        if (!name.text().equals(cluster + "-" + hostName)) {
            throw Problem.invalid("machine: '%s' (expected: '%s-%s')".formatted(name, cluster, hostName), "")
                    .asException();
        }
        within("cpus", cpus, 1, MOST_CPUS);
        within("memoryMiB", memoryMiB, LEAST_MEMORY, MOST_MEMORY);
        within("diskGiB", diskGiB, 1, MOST_DISK);
        within("hosts", hosts.size(), 0, MOST_HOSTS);
        hosts.keySet().forEach(host -> Label.parse("hosts", host));
        hosts = Map.copyOf(hosts);
    }

    /**
     * That a machine which is there is the one that is asked for; a conflict otherwise. It may know other names: the machines
     * beside it come and go.
     */
    public void requireSame(MachineSpec asked) {
        if (!knowing(asked.hosts).equals(asked)) {
            throw Problem.conflict(
                            "machine %s is there, and is another: %s (asked for: %s)".formatted(name, this, asked),
                            "delete it first")
                    .asException();
        }
    }

    /** The same machine, with other names that it knows. */
    public MachineSpec knowing(Map<String, Ipv4> others) {
        return new MachineSpec(name, cluster, role, hostName, network, address, cpus, memoryMiB, diskGiB, others);
    }

    /** That it fits into its network, beside the machines that are there; returns the network. */
    public Network requirePlace(Optional<Network> found, Collection<MachineSpec> others) {
        var place = found.orElseThrow(() -> Problem.conflict("there is no network " + network, "make the network first")
                .asException());
        if (!place.cidr().isForMachine(address)) {
            throw Problem.invalid(
                            "address: %s (expected: in %s; not its first, second or last address)"
                                    .formatted(address, place.cidr()),
                            "")
                    .asException();
        }
        if (!place.cluster().equals(cluster)) {
            throw Problem.conflict(
                            "network %s belongs to the cluster %s".formatted(place.name(), place.cluster()),
                            "take the network of the cluster " + cluster)
                    .asException();
        }
        for (var other : others) {
            if (other.network.equals(network) && other.address.equals(address)) {
                throw Problem.conflict("%s has the address %s".formatted(other.name, address), "take another")
                        .asException();
            }
        }
        return place;
    }

    /** That a network has no machines, so that it may go. */
    public static void requireNoneIn(String network, Collection<MachineSpec> machines) {
        var inside = machines.stream()
                .filter(machine -> machine.network.equals(network))
                .map(machine -> machine.name.text())
                .toList();
        if (!inside.isEmpty()) {
            throw Problem.conflict(
                            "network %s has the machines %s".formatted(network, String.join(", ", inside)),
                            "delete them first")
                    .asException();
        }
    }

    private static void within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw Problem.invalid("%s: %d (expected: %d to %d)".formatted(field, value, least, most), "")
                    .asException();
        }
    }
}

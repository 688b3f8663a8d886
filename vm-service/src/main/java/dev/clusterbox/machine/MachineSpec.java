package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.Map;

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

    private static void within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw Problem.invalid("%s: %d (expected: %d to %d)".formatted(field, value, least, most), "")
                    .asException();
        }
    }
}

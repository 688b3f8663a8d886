package dev.clusterbox.seed;

import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.Label;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A machine's {@code /etc/hosts}: itself, and those that it knows without asking anybody (hosts(5)). */
public final class HostsFile {

    private HostsFile() {}

    /**
     * The file's text.
     *
     * @param hosts names and addresses of others; may have the machine's own
     */
    public static String of(String hostName, Ipv4 address, Map<String, Ipv4> hosts) {
        Map<String, Ipv4> names = new TreeMap<>(hosts);
        names.putIfAbsent(hostName, address);
        return names.entrySet().stream()
                .map(entry -> entry.getValue() + " " + Label.parse("hosts", entry.getKey()) + "\n")
                .collect(Collectors.joining("", "127.0.0.1 localhost\n", ""));
    }
}

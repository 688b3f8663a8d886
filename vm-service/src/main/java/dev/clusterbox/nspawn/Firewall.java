package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Network;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One nftables table of our own. Machines reach the world behind the host's address; the world reaches no machine that did
 * not ask, as on a host-only network, but by the ports of the host that were forwarded. Rules of others are neither read nor
 * changed.
 */
final class Firewall {

    private final CommandRunner host;
    private final String table;

    Firewall(CommandRunner host, String table) {
        this.host = host;
        this.table = table;
    }

    /** Makes the table what these networks need, in one transaction; without networks there is none. */
    void apply(List<Network> networks, List<StoredForwards> forwards) throws InterruptedException {
        host.run(Command.of("nft", "-f", "-").withInput(rules(networks, forwards)))
                .orFail();
    }

    String rules(List<Network> networks, List<StoredForwards> forwards) {
        // Declared first so that deleting it cannot fail.
        var rules = new StringBuilder("table ip %s\ndelete table ip %s\n".formatted(table, table));
        if (networks.isEmpty()) {
            return rules.toString();
        }
        var bridges = networks.stream()
                .map(network -> '"' + network.interfaceName() + '"')
                .collect(Collectors.joining(", ", "{ ", " }"));
        rules.append("table ip ").append(table).append(" {\n");
        rules.append("  chain postrouting {\n    type nat hook postrouting priority srcnat; policy accept;\n");
        for (var network : networks) {
            rules.append("    ip saddr %s ip daddr != %s masquerade\n".formatted(network.cidr(), network.cidr()));
        }
        // Who comes from the machine's own network gets the answer from where it was sent to.
        for (var machine : forwards) {
            rules.append(
                    "    ip saddr %s/24 ip daddr %s ct status dnat masquerade\n".formatted(machine.to(), machine.to()));
        }
        rules.append("  }\n  chain forward {\n    type filter hook forward priority filter; policy accept;\n");
        for (var machine : forwards) {
            rules.append("    ip daddr %s ct status dnat accept\n".formatted(machine.to()));
        }
        rules.append("    iifname != %s oifname %s ct state new drop\n".formatted(bridges, bridges));
        rules.append("  }\n");
        if (!forwards.isEmpty()) {
            // What comes from elsewhere, and what this host sends itself.
            translations(rules, "prerouting", forwards);
            translations(rules, "output", forwards);
        }
        return rules.append("}\n").toString();
    }

    private static void translations(StringBuilder rules, String hook, List<StoredForwards> forwards) {
        rules.append("  chain %s {\n    type nat hook %s priority -100; policy accept;\n".formatted(hook, hook));
        for (var machine : forwards) {
            for (var forward : machine.forwards()) {
                rules.append("    %s tcp dport %d dnat to %s:%d\n"
                        .formatted(local(forward), forward.hostPort(), machine.to(), forward.machinePort()));
            }
        }
        rules.append("  }\n");
    }

    /** The kernel does not let loopback addresses out (net.ipv4.conf.all.route_localnet). */
    private static String local(Forward forward) {
        return forward.address().equals(Translations.ANY)
                ? "ip daddr != 127.0.0.0/8 fib daddr type local"
                : "ip daddr " + forward.address();
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.network.Network;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One nftables table of our own. Machines reach the world behind the host's address; the world reaches no machine that did
 * not ask, as on a host-only network. Rules of others are neither read nor changed.
 */
final class Firewall {

    private final CommandRunner host;
    private final String table;

    Firewall(CommandRunner host, String table) {
        this.host = host;
        this.table = table;
    }

    /** Makes the table what these networks need, in one transaction; without networks there is none. */
    void apply(List<Network> networks) throws InterruptedException {
        host.run(Command.of("nft", "-f", "-").withInput(rules(networks))).orFail();
    }

    String rules(List<Network> networks) {
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
        rules.append("  }\n  chain forward {\n    type filter hook forward priority filter; policy accept;\n");
        rules.append("    iifname != %s oifname %s ct state new drop\n".formatted(bridges, bridges));
        return rules.append("  }\n}\n").toString();
    }
}

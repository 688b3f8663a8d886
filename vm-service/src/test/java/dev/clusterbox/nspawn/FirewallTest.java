package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Network;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FirewallTest {

    private final Firewall firewall = new Firewall(
            (_, _) -> {
                throw new AssertionError("runs nothing");
            },
            "clusterbox_1");

    @Test
    void without_networks_nothing_of_ours_is_left() {
        assertEquals("table ip clusterbox_1\ndelete table ip clusterbox_1\n", firewall.rules(List.of()));
    }

    @Test
    void two_networks_share_one_table() {
        var one = Cidr.parse("192.168.56.0/24");
        var two = Cidr.parse("192.168.57.0/24");

        assertEquals(
                """
                table ip clusterbox_1
                delete table ip clusterbox_1
                table ip clusterbox_1 {
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr 192.168.56.0/24 ip daddr != 192.168.56.0/24 masquerade
                    ip saddr 192.168.57.0/24 ip daddr != 192.168.57.0/24 masquerade
                  }
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname != { "cbx1", "cbx2" } oifname { "cbx1", "cbx2" } ct state new drop
                  }
                }
                """,
                firewall.rules(List.of(
                        new Network("a", one, one.host(), "cbx1", "a"),
                        new Network("b", two, two.host(), "cbx2", "b"))));
    }
}

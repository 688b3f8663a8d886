package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
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
        assertEquals("table ip clusterbox_1\ndelete table ip clusterbox_1\n", firewall.rules(List.of(), List.of()));
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
                firewall.rules(
                        List.of(
                                new Network("a", one, one.host(), "cbx1", "a"),
                                new Network("b", two, two.host(), "cbx2", "b")),
                        List.of()));
    }

    @Test
    void a_port_of_the_host_leads_to_a_machine_and_to_no_other_one() {
        var one = Cidr.parse("192.168.56.0/24");
        var forwards = List.of(
                new Forward("api", Ipv4.parse("10.0.0.5"), 16443, 6443),
                new Forward("web", Ipv4.parse("0.0.0.0"), 8080, 80));

        assertEquals(
                """
                table ip clusterbox_1
                delete table ip clusterbox_1
                table ip clusterbox_1 {
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr 192.168.56.0/24 ip daddr != 192.168.56.0/24 masquerade
                    ip saddr 192.168.56.10/24 ip daddr 192.168.56.10 ct status dnat masquerade
                  }
                  chain forward {
                    type filter hook forward priority filter; policy accept;
                    ip daddr 192.168.56.10 ct status dnat accept
                    iifname != { "cbx1" } oifname { "cbx1" } ct state new drop
                  }
                  chain prerouting {
                    type nat hook prerouting priority -100; policy accept;
                    ip daddr 10.0.0.5 tcp dport 16443 dnat to 192.168.56.10:6443
                    ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat to 192.168.56.10:80
                  }
                  chain output {
                    type nat hook output priority -100; policy accept;
                    ip daddr 10.0.0.5 tcp dport 16443 dnat to 192.168.56.10:6443
                    ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat to 192.168.56.10:80
                  }
                }
                """,
                firewall.rules(
                        List.of(new Network("a", one, one.host(), "cbx1", "a")),
                        List.of(new StoredForwards(Ipv4.parse("192.168.56.10"), forwards))));
    }
}

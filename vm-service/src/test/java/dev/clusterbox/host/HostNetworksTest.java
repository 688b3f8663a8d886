package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostNetworksTest {

    @Test
    void routes_are_read_from_the_kernels_table() {
        var table = List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
                "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0",
                "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0");

        assertEquals(
                List.of(
                        new HostNetworks.Used(Cidr.parse("172.17.0.0/16"), "docker0"),
                        new HostNetworks.Used(Cidr.parse("192.0.2.0/24"), "eth0")),
                HostNetworks.routes(table));
    }

    @Test
    void a_name_server_on_a_loopback_address_is_of_no_use_to_machines() {
        var resolver =
                List.of("# nameserver 9.9.9.9", "nameserver 127.0.0.53", "nameserver 10.0.0.2 ", "nameserver ::1");

        assertEquals(List.of(Ipv4.parse("10.0.0.2")), HostNetworks.nameServers(resolver));
    }
}

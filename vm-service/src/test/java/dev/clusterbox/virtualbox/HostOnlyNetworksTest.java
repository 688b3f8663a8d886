package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.network.NetworkSpec;
import dev.clusterbox.virtualbox.HostOnly.Link;
import io.micronaut.serde.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** As on a Mac. Nobody has run it there: what VBoxManage prints is from its manual and its source. */
final class HostOnlyNetworksTest {

    private static final Cidr RANGE = Cidr.parse("192.168.56.0/24");
    private static final String NAME = "clusterbox-abcd-demo";
    private static final String LISTED = """
            Name:            %s
            GUID:            8c2e5a64-7d1b-4c8b-9a40-4a3d1f7f2b11

            State:           Enabled
            NetworkMask:     255.255.255.0
            LowerIP:         192.168.56.1
            UpperIP:         192.168.56.254
            VBoxNetworkName: hostonly-%s

            """.formatted(NAME, NAME);

    private final ScriptedHost host = new ScriptedHost().prints("uname -s", "Darwin\n");
    private final VBoxManage manage = new VBoxManage(host, "VBoxManage", Map.of(), Duration.ZERO);
    private final HostOnly networks = new HostOnlyByPlatform(host, manage);

    @Test
    void networks_are_read_though_there_is_an_empty_line_in_the_middle() throws Exception {
        host.prints("VBoxManage list hostonlynets", LISTED);

        assertEquals(
                List.of(new Link(NAME, Optional.of(Ipv4.parse("192.168.56.1")), Optional.of(RANGE))), networks.links());
    }

    @Test
    void an_adapter_is_in_a_network_and_not_at_an_interface() throws Exception {
        assertEquals(List.of("--nic2", "hostonlynet", "--host-only-net2", NAME), networks.adapter(2, NAME));
    }

    @Test
    void a_network_is_made_with_the_hosts_address_first_and_without_asking_networks_conf() throws Exception {
        var key = "clusterbox/abcd/network/demo";
        host.prints("VBoxManage getextradata global enumerate", "")
                .prints("VBoxManage list hostonlynets", "")
                .prints("VBoxManage list bridgedifs", "")
                .prints(
                        "VBoxManage setextradata global " + key
                                + " {\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\"}",
                        "")
                .prints(
                        "VBoxManage hostonlynet add --name " + NAME + " --netmask 255.255.255.0 --lower-ip 192.168.56.1"
                                + " --upper-ip 192.168.56.254 --enable",
                        "")
                .prints(
                        "VBoxManage setextradata global " + key
                                + " {\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\",\"link\":\"" + NAME + "\"}",
                        "");
        var all = new Networks(manage, networks, ObjectMapper.getDefault(), "abcd", _ -> List.of());

        assertEquals(NAME, all.create(new NetworkSpec("demo", RANGE, "demo")).interfaceName());
    }
}

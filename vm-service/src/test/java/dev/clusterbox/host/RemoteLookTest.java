package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.problem.ProblemException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read from what computers print. */
final class RemoteLookTest {

    private static final String LINUX = """
            ==system
            Linux
            ==machine
            x86_64
            ==cpus
            8
            ==meminfo
            MemTotal:       16303392 kB
            MemFree:          300000 kB
            MemAvailable:    8192000 kB
            ==memsize
            ==vm_stat
            ==ip
            1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
            2: enp3s0    inet 10.1.2.3/22 brd 10.1.3.255 scope global dynamic enp3s0\\       valid_lft 1sec
            4: vboxnet0    inet 192.168.56.1/24 brd 192.168.56.255 scope global vboxnet0\\       valid_lft forever
            ==ifconfig
            ==route
            Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
            enp3s0	00000000	0100010A	0003	0	0	100	00000000	0	0	0
            enp3s0	0000010A	00000000	0001	0	0	100	00FCFFFF	0	0	0
            tun0	00000AAC	00000000	0001	0	0	50	0000FFFF	0	0	0
            ==netstat
            ==resolver
            nameserver 127.0.0.53
            ==resolved
            nameserver 10.1.0.2
            """;

    /** As macOS prints it: one route to each neighbour, zeros left out, pages in place of bytes. */
    private static final String MAC = """
            ==system
            Darwin
            ==machine
            arm64
            ==cpus
            10
            ==meminfo
            ==memsize
            34359738368
            ==vm_stat
            Mach Virtual Memory Statistics: (page size of 16384 bytes)
            Pages free:                               65536.
            Pages active:                            600000.
            Pages inactive:                           65536.
            Pages speculative:                            0.
            "Translation faults":                 123456789.
            ==ip
            ==ifconfig
            lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
            	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
            	inet 127.0.0.1 netmask 0xff000000
            en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
            	ether 00:00:5e:00:53:01
            	inet6 fe80::1%en0 prefixlen 64 secured scopeid 0xb
            	inet 192.168.1.20 netmask 0xffffff00 broadcast 192.168.1.255
            bridge100: flags=8a63<UP,BROADCAST,SMART,RUNNING,ALLMULTI,SIMPLEX,MULTICAST> mtu 1500
            	inet 192.168.56.1 netmask 0xffffff00 broadcast 192.168.56.255
            utun4: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
            	inet 10.8.0.2 --> 10.8.0.2 netmask 0xffffffff
            ==route
            ==netstat
            Routing tables

            Internet:
            Destination        Gateway            Flags               Netif Expire
            default            192.168.1.1        UGScg                 en0
            10.8/16            10.8.0.2           UGSc                utun4
            127                127.0.0.1          UCS                   lo0
            192.168.1          link#11            UCS                   en0      !
            192.168.1.1/32     link#11            UCS                   en0      !
            ==resolver
            nameserver 192.168.1.1
            ==resolved
            """;

    @Test
    void a_computer_with_linux_is_read() {
        var look = RemoteLook.parse(LINUX);
        var facts = look.facts(4711, "vboxnet0"::equals);

        assertEquals("Linux", look.system());
        assertEquals(15921, facts.memoryMiB());
        assertEquals(8000, facts.memoryAvailableMiB());
        assertEquals(8, facts.cpus());
        assertEquals(4711, facts.diskFreeMiB());
        assertEquals("x86_64", facts.architecture());
        assertEquals(List.of("10.1.0.0/22", "10.1.0.2/32", "172.10.0.0/16"), facts.usedNetworks());
    }

    @Test
    void a_mac_is_read() {
        var look = RemoteLook.parse(MAC);
        var facts = look.facts(1, "bridge100"::equals);

        assertEquals("Darwin", look.system());
        assertEquals(32768, facts.memoryMiB());
        assertEquals(2048, facts.memoryAvailableMiB());
        assertEquals(10, facts.cpus());
        assertEquals("arm64", facts.architecture());
        assertEquals(List.of("10.8.0.0/16", "10.8.0.2/32", "192.168.1.0/24", "192.168.1.1/32"), facts.usedNetworks());
    }

    @Test
    void a_computer_with_ifconfig_only_is_read() {
        var look = RemoteLook.parse("""
                ==ifconfig
                eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
                        inet 10.0.0.5  netmask 255.255.255.128  broadcast 10.0.0.127
                """);

        assertEquals("[Used[range=10.0.0.0/25, by=eth0]]", look.used(_ -> false).toString());
    }

    @Test
    void a_computer_that_tells_nothing_is_a_problem() {
        assertThrows(ProblemException.class, () -> RemoteLook.parse("").facts(1, _ -> false));
    }
}

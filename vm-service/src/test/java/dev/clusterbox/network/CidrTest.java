package dev.clusterbox.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CidrTest {

    @Test
    void what_is_read_is_written_the_same() {
        assertEquals("192.168.56.0/24", Cidr.parse("192.168.56.0/24").toString());
        assertEquals("0.0.0.0/0", Cidr.parse("0.0.0.0/0").toString());
        assertEquals("255.255.255.255/32", Cidr.parse("255.255.255.255/32").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "192.168.56.0",
                "192.168.56.0/33",
                "192.168.56.0/-1",
                "192.168.56.1/24",
                "192.168.56/24",
                "256.0.0.0/8",
                "010.0.0.0/8",
                "1.2.3.4.5/32",
                "::/0",
                "192.168.56.0/24\n",
                " 192.168.56.0/24",
                "٣.0.0.0/8"
            })
    void nonsense_is_refused(String text) {
        assertThrows(ProblemException.class, () -> Cidr.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8.8.8.0/24", "127.0.0.0/16", "10.0.0.0/8", "192.168.56.0/29", "172.32.0.0/16", "0.0.0.0/0"})
    void machines_stand_in_private_ranges_of_a_useful_size(String text) {
        assertThrows(ProblemException.class, () -> Cidr.parseForMachines(text));
    }

    @Test
    void ranges_overlap_when_one_holds_the_other() {
        var range = Cidr.parse("192.168.56.0/24");

        assertTrue(range.overlaps(Cidr.parse("192.168.56.255/32")));
        assertTrue(Cidr.parse("192.168.0.0/16").overlaps(range));
        assertTrue(Cidr.parse("0.0.0.0/0").overlaps(range));
        assertFalse(range.overlaps(Cidr.parse("192.168.57.0/24")));
    }

    @Test
    void addresses_above_half_the_range_of_integers_are_ordinary() {
        var range = Cidr.parse("192.168.255.0/24");

        assertTrue(range.isForMachine(Ipv4.parse("192.168.255.254")));
        assertFalse(range.isForMachine(Ipv4.parse("192.168.255.255")));
        assertFalse(range.isForMachine(Ipv4.parse("192.168.255.1")));
        assertFalse(range.isForMachine(Ipv4.parse("192.169.0.2")));
    }
}

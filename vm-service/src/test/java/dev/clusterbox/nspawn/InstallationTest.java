package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.MachineName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class InstallationTest {

    private final Installation mine = Installation.at(Path.of("/home/a/.clusterbox/vm/nspawn"));
    private final Installation yours = Installation.at(Path.of("/home/b/.clusterbox/vm/nspawn"));
    private final MachineName machine = MachineName.parse("a".repeat(127));

    @Test
    void names_of_interfaces_fit_however_long_the_machines_name_is() {
        assertTrue(mine.bridge("n".repeat(63)).length() <= 15);
        assertTrue(mine.cable(machine).length() <= 15);
        assertTrue(mine.container(machine).length() <= 63);
        assertTrue(mine.hardwareAddress(machine).matches("02(:[0-9a-f]{2}){5}"), mine.hardwareAddress(machine));
    }

    @Test
    void two_installations_share_no_name() {
        assertNotEquals(mine.bridge("demo"), yours.bridge("demo"));
        assertNotEquals(mine.cable(machine), yours.cable(machine));
        assertNotEquals(mine.container(machine), yours.container(machine));
        assertNotEquals(mine.firewallTable(), yours.firewallTable());
        assertNotEquals(mine.controlGroup(), yours.controlGroup());
    }

    @Test
    void names_stay() {
        assertEquals(mine.cable(machine), Installation.at(mine.folder()).cable(machine));
    }
}

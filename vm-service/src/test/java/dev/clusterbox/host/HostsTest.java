package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class HostsTest {

    @Test
    void a_system_without_the_kernels_file_is_asked_in_another_way_and_says_the_same() {
        var facts = Hosts.facts(Path.of("/"), _ -> false);

        assertTrue(facts.memoryMiB() > 0);
        // Java takes a container's limit into account, where there is one.
        assertTrue(Hosts.memoryElsewhere(OperatingSystemMXBean::getTotalMemorySize) <= facts.memoryMiB());
        assertEquals(Runtime.getRuntime().availableProcessors(), facts.cpus());
    }
}

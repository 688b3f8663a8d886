package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HierarchyTest {

    private static final List<String> HYBRID = List.of(
            "24 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
            "30 29 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct",
            "31 29 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
            "38 29 0:34 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd",
            "39 29 0:35 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate");

    private static final List<String> UNIFIED = List.of(
            "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot");

    @Test
    void version_1_has_a_hierarchy_for_each_controller_and_may_have_version_2_beside_it() {
        assertEquals(
                List.of(
                        new Hierarchy(Path.of("/sys/fs/cgroup/cpu,cpuacct"), false, Set.of("cpu", "cpuacct")),
                        new Hierarchy(Path.of("/sys/fs/cgroup/memory"), false, Set.of("memory")),
                        new Hierarchy(Path.of("/sys/fs/cgroup/systemd"), false, Set.of("name=systemd")),
                        new Hierarchy(Path.of("/sys/fs/cgroup/unified"), true, Set.of())),
                Hierarchy.parse(HYBRID));
    }

    @Test
    void version_2_is_one_hierarchy_and_systemd_owns_it() {
        var hierarchies = Hierarchy.parse(UNIFIED);

        assertEquals(List.of(new Hierarchy(Path.of("/sys/fs/cgroup"), true, Set.of())), hierarchies);
        assertEquals(
                hierarchies, hierarchies.stream().filter(SystemdScopes::owns).toList());
    }

    @Test
    void of_version_1_systemd_owns_only_its_own() {
        assertEquals(
                2, Hierarchy.parse(HYBRID).stream().filter(SystemdScopes::owns).count());
    }
}

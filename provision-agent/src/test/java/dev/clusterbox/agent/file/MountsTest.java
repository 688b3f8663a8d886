package dev.clusterbox.agent.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {

    private static final Path FILE = Path.of("/opt/clusterbox/artifacts/x");

    private Path mountinfo;

    @BeforeEach
    void file(@TempDir Path folder) {
        mountinfo = folder.resolve("mountinfo");
    }

    private Optional<Mounts.Mount> mount(String... lines) throws Exception {
        Files.writeString(mountinfo, String.join("\n", lines) + "\n");
        return Mounts.read(mountinfo).of(FILE);
    }

    @Test
    void a_read_only_bind_mount_of_a_writable_disk_is_read_only() throws Exception {
        var mount = mount(
                        "20 1 8:1 / / rw - ext4 /dev/sda1 rw",
                        "30 20 8:1 /store /opt/clusterbox/artifacts ro,nosuid,relatime shared:7 master:1 - ext4 /dev/sda1 rw")
                .orElseThrow();
        assertEquals(30, mount.id());
        assertTrue(mount.isReadOnly());
        assertTrue(mount.isExecutable());
    }

    @Test
    void a_read_only_file_system_makes_its_mounts_so() throws Exception {
        assertTrue(mount("20 1 8:1 / / rw - ext4 /dev/sda1 rw", "30 20 7:0 / /opt rw,noexec - squashfs /dev/loop0 ro")
                .filter(Mounts.Mount::isReadOnly)
                .filter(mount -> !mount.isExecutable())
                .isPresent());
    }

    @Test
    void errors_remount_ro_is_not_read_only() throws Exception {
        assertFalse(mount("20 1 8:1 / / rw - ext4 /dev/sda1 rw,errors=remount-ro")
                .orElseThrow()
                .isReadOnly());
    }

    @Test
    void a_folder_of_a_similar_name_is_another() throws Exception {
        assertEquals(
                20,
                mount("20 1 8:1 / / rw - ext4 a rw", "30 20 8:1 /a /opt/clusterbox/art ro - ext4 a rw")
                        .orElseThrow()
                        .id());
    }

    @Test
    void what_was_mounted_over_it_counts() throws Exception {
        assertEquals(
                31,
                mount(
                                "20 1 8:1 / / rw - ext4 a rw",
                                "30 20 8:1 /a /opt/clusterbox/artifacts ro - ext4 a rw",
                                "31 30 0:9 / /opt/clusterbox/artifacts rw - tmpfs b rw")
                        .orElseThrow()
                        .id());
    }

    @Test
    void what_was_mounted_over_a_folder_above_hides_it() throws Exception {
        assertEquals(
                31,
                mount(
                                "20 1 8:1 / / rw - ext4 a rw",
                                "30 20 8:1 /a /opt/clusterbox/artifacts ro - ext4 a rw",
                                "31 20 0:9 / /opt rw - tmpfs b rw")
                        .orElseThrow()
                        .id());
    }

    @Test
    void nothing_is_known_without_the_file_or_from_nonsense() throws Exception {
        assertEquals(Optional.empty(), Mounts.read(mountinfo).of(FILE));
        assertEquals(Optional.empty(), mount("", "20 1 8:1 / / ro", "- - - - - - -"));
        // A circle, which no kernel writes.
        assertEquals(
                Optional.empty(),
                mount("20 30 8:1 / /opt ro - ext4 a rw", "30 20 8:1 / /opt/clusterbox ro - ext4 a rw"));
    }

    @Test
    void this_machines_own_file_is_understood() throws Exception {
        var lines = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        Files.write(mountinfo, lines);
        var mounts = Mounts.read(mountinfo);
        assertEquals(lines.size(), mounts.all().size());
        assertFalse(mounts.of(Path.of("/proc/self")).orElseThrow().options().isEmpty());
    }
}

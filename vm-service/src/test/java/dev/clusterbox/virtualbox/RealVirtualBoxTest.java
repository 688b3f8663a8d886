package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness itself: a real VirtualBox that leaves nothing behind. */
final class RealVirtualBoxTest {

    @TempDir
    Path scratch;

    @Test
    void machines_run_in_it_and_end_with_it() throws Exception {
        var folder = scratch.resolve("virtualbox");
        var mounts = Files.readString(Path.of("/proc/self/mounts"));

        try (var box = RealVirtualBox.start(folder)) {
            var manage = box.manage();
            var template = box.template("tiny");
            manage.run("startvm", template.machine(), "--type", "headless");

            assertTrue(manage.run("--version").startsWith("7."));
            assertTrue(manage.run("list", "runningvms").contains("\"tiny\""));
            assertTrue(isRunning(folder));
        }

        assertFalse(isRunning(folder));
        assertEquals(mounts, Files.readString(Path.of("/proc/self/mounts")));
    }

    private static boolean isRunning(Path folder) {
        return ProcessHandle.allProcesses()
                .anyMatch(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("VBoxHeadless") || line.contains(folder.toString()))
                        .isPresent());
    }
}

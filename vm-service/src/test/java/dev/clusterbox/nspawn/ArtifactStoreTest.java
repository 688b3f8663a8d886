package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ArtifactStoreTest {

    @TempDir
    Path scratch;

    @Test
    void a_folder_that_is_made_belongs_to_whom_the_folder_around_it_belongs() throws Exception {
        var gateway = Files.createDirectory(scratch.resolve("gateway"));
        Files.setAttribute(gateway, "unix:uid", 1234);
        Files.setAttribute(gateway, "unix:gid", 1235);

        ArtifactStore.at(gateway.resolve("data/artifacts")).ready();

        for (var folder : List.of(gateway.resolve("data"), gateway.resolve("data/artifacts"))) {
            assertEquals(1234, Files.getAttribute(folder, "unix:uid"));
            assertEquals(1235, Files.getAttribute(folder, "unix:gid"));
            assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        }
    }

    @Test
    void a_folder_that_is_there_stays_as_it_is() throws Exception {
        var folder = Files.createDirectory(scratch.resolve("artifacts"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

        assertEquals(folder.toRealPath(), ArtifactStore.at(folder).ready());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }

    @Test
    void machines_that_start_side_by_side_make_it_once() throws Exception {
        var store = ArtifactStore.at(scratch.resolve("a/b/c/d/e/artifacts"));
        Callable<Path> make = store::ready;

        try (var threads = Executors.newFixedThreadPool(16)) {
            for (var made : threads.invokeAll(Collections.nCopies(16, make))) {
                assertEquals(store.folder().toRealPath(), made.get());
            }
        }
    }

    @Test
    void a_link_to_nowhere_is_no_store() throws Exception {
        var link = Files.createSymbolicLink(scratch.resolve("artifacts"), scratch.resolve("nowhere"));

        assertThrows(ProblemException.class, () -> ArtifactStore.at(link).ready());
    }

    @Test
    void a_file_is_no_store() throws Exception {
        var file = Files.writeString(scratch.resolve("artifacts"), "");

        assertThrows(ProblemException.class, () -> ArtifactStore.at(file).ready());
        assertThrows(
                ProblemException.class,
                () -> ArtifactStore.at(file.resolve("in-it")).ready());
    }

    @Test
    void a_link_to_what_systemd_nspawn_would_read_as_two_paths_is_not_followed() throws Exception {
        var trap = Files.createDirectories(scratch.resolve("x:/etc"));
        var link = Files.createSymbolicLink(scratch.resolve("artifacts"), trap);

        assertThrows(ProblemException.class, () -> ArtifactStore.at(link).ready());
    }
}

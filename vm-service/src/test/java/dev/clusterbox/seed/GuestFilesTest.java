package dev.clusterbox.seed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's owner is the attacker here: whatever stands in the tree, nothing outside it changes. */
final class GuestFilesTest {

    private static final Path SEED = Path.of("var/lib/clusterbox/seed.properties");

    @TempDir
    Path scratch;

    private Path root = Path.of("");
    private Path outside = Path.of("");

    @BeforeEach
    void folders() throws IOException {
        root = Files.createDirectory(scratch.resolve("root"));
        outside = Files.createDirectories(scratch.resolve("outside/lib/clusterbox"));
    }

    private List<Path> filesOutside() throws IOException {
        try (var all = Files.walk(scratch.resolve("outside"))) {
            return all.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private void assertRefused(GuestFiles files) throws IOException {
        var e = assertThrows(ProblemException.class, () -> files.write(SEED, "secret", "rw-------"));

        assertEquals(Code.CONFLICT, e.problem().code());
        assertEquals(List.of(), filesOutside());
    }

    @Test
    void missing_folders_are_made_at_rest_and_the_file_is_its_owners_alone() throws IOException {
        GuestFiles.atRest(root).write(SEED, "one", "rw-------");
        GuestFiles.atRest(root).write(SEED, "two", "rw-------");

        assertEquals("two", Files.readString(root.resolve(SEED)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(SEED))));
        try (var left = Files.list(root.resolve(SEED).getParent())) {
            assertEquals(1, left.count(), "nothing staged is left");
        }
    }

    @Test
    void in_a_running_machine_no_folder_is_made() throws IOException {
        assertRefused(GuestFiles.running(root));
        assertFalse(Files.exists(root.resolve("var")));
    }

    @Test
    void a_folder_that_is_a_link_is_refused_wherever_it_is_in_the_path() throws IOException {
        Files.createSymbolicLink(root.resolve("var"), scratch.resolve("outside"));
        assertRefused(GuestFiles.atRest(root));
        assertRefused(GuestFiles.running(root));

        Files.delete(root.resolve("var"));
        Files.createDirectory(root.resolve("var"));
        Files.createSymbolicLink(root.resolve("var/lib"), scratch.resolve("outside/lib"));
        assertRefused(GuestFiles.atRest(root));

        Files.delete(root.resolve("var/lib"));
        Files.createDirectory(root.resolve("var/lib"));
        Files.createSymbolicLink(root.resolve("var/lib/clusterbox"), outside);
        assertRefused(GuestFiles.atRest(root));
        assertRefused(GuestFiles.running(root));
    }

    @Test
    void a_relative_link_that_climbs_is_refused_too() throws IOException {
        Files.createSymbolicLink(root.resolve("var"), Path.of("../outside"));

        assertRefused(GuestFiles.atRest(root));
    }

    @Test
    void a_file_that_is_a_link_is_replaced_and_its_target_untouched() throws IOException {
        var target = Files.writeString(scratch.resolve("target"), "untouched");
        Files.createDirectories(root.resolve(SEED).getParent());
        Files.createSymbolicLink(root.resolve(SEED), target);

        GuestFiles.running(root).write(SEED, "secret", "rw-------");

        assertEquals("untouched", Files.readString(target));
        assertTrue(Files.isRegularFile(root.resolve(SEED), LinkOption.NOFOLLOW_LINKS));
        assertEquals("secret", Files.readString(root.resolve(SEED)));
    }

    @Test
    void a_folder_in_the_place_of_the_file_is_a_conflict_that_leaves_nothing_behind() throws IOException {
        Files.createDirectories(root.resolve(SEED).resolve("full"));

        assertRefused(GuestFiles.atRest(root));
        try (var left = Files.list(root.resolve(SEED).getParent())) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void a_file_in_the_place_of_a_folder_is_a_conflict() throws IOException {
        Files.writeString(root.resolve("var"), "");

        assertRefused(GuestFiles.atRest(root));
    }
}

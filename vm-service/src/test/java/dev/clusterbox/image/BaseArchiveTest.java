package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small root file system on its way from one folder of images to another, by real tar. */
final class BaseArchiveTest {

    @TempDir
    private Path one;

    @TempDir
    private Path other;

    @TempDir
    private Path temporary;

    private Path base(Path folder) {
        return folder.resolve("base-" + Recipe.ofThisHost().key());
    }

    private static BaseArchive archive(Path folder) {
        return new BaseArchive(folder, new LocalRunner());
    }

    /** A tree with what is lost easily. */
    private void make() throws IOException {
        var root = Files.createDirectories(base(one));
        Files.createDirectories(root.resolve("usr/lib/systemd"));
        Files.createDirectories(root.resolve("dev"));
        Files.writeString(root.resolve("dev/null"), "a device of the builder's");
        Files.writeString(root.resolve("usr/lib/systemd/systemd"), "#!/bin/sh\n");
        var setuid = Files.writeString(root.resolve("usr/su"), "su");
        Files.setPosixFilePermissions(setuid, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(setuid, "unix:mode", 0104755);
        Files.createLink(root.resolve("usr/su2"), setuid);
        Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
    }

    private Path packed() throws IOException, InterruptedException {
        var file = temporary.resolve("archive.tar.gz");
        try (var in = archive(one).open()) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    @Test
    void what_is_packed_here_is_there_as_it_was() throws Exception {
        make();
        var file = packed();

        assertTrue(archive(other).adopt(file, sha256(file)));

        var root = base(other);
        assertEquals("#!/bin/sh\n", Files.readString(root.resolve("usr/lib/systemd/systemd")));
        assertEquals(0104755, (int) Files.getAttribute(root.resolve("usr/su"), "unix:mode"));
        assertTrue(Files.isSameFile(root.resolve("usr/su"), root.resolve("usr/su2")));
        assertEquals(Path.of("usr/lib"), Files.readSymbolicLink(root.resolve("lib")));
        assertFalse(Files.exists(root.resolve("dev/null")));
        assertFalse(Files.exists(root.resolve(BaseArchive.IDENTITY)));
        assertEquals(
                List.of(".kept-" + root.getFileName(), String.valueOf(root.getFileName()), "lock"), names(other));
        // Where one is, it stays.
        assertFalse(archive(other).adopt(file, sha256(file)));
    }

    @Test
    void it_is_not_pruned_by_its_age() throws Exception {
        make();
        var file = packed();
        archive(other).adopt(file, sha256(file));
        var later = Instant.now().plus(Duration.ofDays(400));

        new Pruning(other, new Leases(other)).run(later);
        assertTrue(Files.isDirectory(base(other)));

        new Pruning(one, new Leases(one)).run(later);
        assertFalse(Files.isDirectory(base(one)));
    }

    @Test
    void what_cannot_be_used_leaves_nothing_behind() throws Exception {
        make();
        var file = packed();
        var sum = sha256(file);

        assertThrows(ProblemException.class, () -> archive(other).adopt(file, "0".repeat(64)));
        var shorter = Files.write(temporary.resolve("shorter"), List.of("no archive"));
        assertThrows(ProblemException.class, () -> archive(other).adopt(shorter, sha256(shorter)));
        var link = Files.createSymbolicLink(temporary.resolve("link"), file);
        assertThrows(ProblemException.class, () -> archive(other).adopt(link, sum));
        assertThrows(ProblemException.class, () -> archive(other).adopt(Path.of("/dev/zero"), sum));
        assertThrows(ProblemException.class, () -> archive(other).adopt(Path.of("relative"), sum));

        assertFalse(Files.exists(base(other)));
        assertTrue(List.of(List.of(), List.of("lock")).contains(names(other)), names(other)::toString);
    }

    @Test
    void a_tree_without_systemd_is_no_image() throws Exception {
        make();
        Files.delete(base(one).resolve("usr/lib/systemd/systemd"));
        var file = packed();

        assertThrows(ProblemException.class, () -> archive(other).adopt(file, sha256(file)));
        assertEquals(List.of("lock"), names(other));
    }

    @Test
    void without_an_image_there_is_no_archive() throws IOException {
        assertThrows(ProblemException.class, () -> archive(one).open());
        assertEquals(List.of("lock"), names(one));
    }
}

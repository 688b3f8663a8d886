package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AgentLayerTest {

    @TempDir
    Path scratch;

    private Path source = Path.of("");
    private Path images = Path.of("");

    @BeforeEach
    void tree() throws IOException {
        source = Files.createDirectories(scratch.resolve("agent"));
        images = Files.createDirectories(scratch.resolve("images"));
        var program = Files.writeString(
                Files.createDirectories(source.resolve("opt/bin")).resolve("agent"), "one");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(source.resolve("opt"), PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(source.resolve("link"), Path.of("/nowhere/at/all"));
    }

    private AgentLayer layer() {
        return new AgentLayer(source, images);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void a_copy_is_readable_whatever_the_builders_umask_and_keeps_links_as_links() throws IOException {
        layer().copy();
        var copy = layer().path();

        assertEquals("one", Files.readString(copy.resolve("opt/bin/agent")));
        assertEquals("rwxr-xr-x", permissions(copy.resolve("opt/bin/agent")));
        assertEquals("rwxr-xr-x", permissions(copy.resolve("opt")));
        assertEquals(Path.of("/nowhere/at/all"), Files.readSymbolicLink(copy.resolve("link")));
    }

    @Test
    void the_name_follows_the_content_even_when_size_and_time_stay() throws IOException {
        var file = source.resolve("opt/bin/agent");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
        var before = layer().path();
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));

        assertNotEquals(before, layer().path());
    }

    @Test
    void the_name_does_not_follow_the_time() throws IOException {
        var layer = layer();
        var before = layer.path();
        Files.setLastModifiedTime(source.resolve("opt/bin/agent"), FileTime.from(Instant.EPOCH));

        assertEquals(before, layer.path());
    }

    @Test
    void files_that_are_not_there_are_a_problem_that_says_what_to_do() {
        var e = assertThrows(ProblemException.class, () -> new AgentLayer(scratch.resolve("missing"), images).path());

        assertTrue(e.problem().hint().contains("provision-agent"));
        assertFalse(Files.exists(images.resolve("missing")));
    }
}

package dev.clusterbox.bake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes into an image, as tar sees it. */
final class PayloadTest {

    private static final Path GUEST = Path.of("src/main/resources/guest");
    private static final Path SCRIPTS = Path.of("src/main/resources/bake");
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final LocalRunner RUNNER = new LocalRunner();

    @TempDir
    Path scratch;

    @BeforeEach
    void agent() throws IOException {
        write("agent/opt/clusterbox/agent/lib/agent.jar", "a jar");
        write("agent/opt/clusterbox/agent/runtime/bin/java", "#!/bin/sh\n");
        Files.setPosixFilePermissions(
                scratch.resolve("agent/opt/clusterbox/agent/runtime/bin/java"),
                PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(scratch.resolve("agent/opt/clusterbox/current"), Path.of("agent/lib"));
        write("store/" + "0a".repeat(32), "an artifact");
        write("store/incoming.part", "half an artifact");
        write("store/" + "0b".repeat(32) + ".tmp", "half an artifact");
    }

    private void write(String path, String text) throws IOException {
        var file = scratch.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(TIME));
    }

    private Payload payload() {
        return new Payload(scratch.resolve("agent"), Optional.of(scratch.resolve("store")));
    }

    private String key(String base) {
        return new Bake(payload(), Duration.ofSeconds(1)).key(base);
    }

    @Test
    void tar_makes_of_it_the_tree_that_it_came_from_with_the_times_and_modes_that_count() throws Exception {
        var archive = scratch.resolve("payload.tar");
        var written = new ArrayList<Long>();
        var items = payload().items();
        try (var out = Files.newOutputStream(archive)) {
            Payload.write(items, out, written::add);
        }

        var listed = RUNNER.run(
                        Command.of("tar", "--utc", "--full-time", "--numeric-owner", "-tvf", archive.toString()))
                .orFail()
                .replaceAll(" +", " ");

        for (var line : List.of(
                "-rw-r--r-- 0/0 5 2026-01-02 03:04:05 opt/clusterbox/agent/lib/agent.jar\n",
                "-rwxr-xr-x 0/0 10 2026-01-02 03:04:05 opt/clusterbox/agent/runtime/bin/java\n",
                " opt/clusterbox/current -> agent/lib\n",
                " opt/clusterbox/artifacts/" + "0a".repeat(32) + "\n",
                "drwx------ 0/0 0 2020-01-01 00:00:00 var/lib/clusterbox/\n")) {
            assertTrue(listed.contains(line), line + listed);
        }
        assertEquals(listed.lines().count(), listed.lines().distinct().count(), "nothing comes twice");
        assertEquals(
                1, listed.lines().filter(line -> line.contains("/artifacts/")).count() - 1, listed);
        assertEquals(Payload.bytes(items), written.getLast());
    }

    @Test
    void each_file_for_guests_goes_in() throws IOException {
        try (var all = Files.walk(GUEST)) {
            var files = all.filter(Files::isRegularFile)
                    .map(file -> GUEST.relativize(file).toString())
                    .sorted()
                    .toList();

            assertEquals(
                    files,
                    GuestFile.all().stream().map(GuestFile::path).sorted().toList());
        }
    }

    @Test
    void the_same_content_has_the_same_name_and_other_content_another() throws IOException {
        var before = key("base");

        Files.setLastModifiedTime(
                scratch.resolve("agent/opt/clusterbox/agent/lib/agent.jar"), FileTime.from(Instant.EPOCH));
        write("store/" + "0c".repeat(32), "another artifact");
        assertEquals(before, key("base"));

        assertNotEquals(before, key("another base"));
        write("agent/opt/clusterbox/agent/lib/agent.jar", "another jar");
        assertNotEquals(before, key("base"));
    }

    @Test
    void without_the_agents_files_it_is_said_how_to_get_them() {
        var payload = new Payload(scratch.resolve("nowhere"), Optional.empty());
        var e = assertThrows(ProblemException.class, payload::items);

        assertEquals(Code.UNAVAILABLE, e.problem().code());
    }

    /** In the file that guests run, and in those that are run in guests. */
    @Test
    void shellcheck_finds_nothing_wrong_with_the_scripts() throws Exception {
        if (LocalRunner.find("shellcheck").isEmpty()) {
            System.out.println("NOT TESTED: what shellcheck says to the scripts for guests: it is not installed");
        }
        assumeTrue(LocalRunner.find("shellcheck").isPresent());
        try (var scripts = Files.list(SCRIPTS)) {
            for (var script : Stream.concat(scripts, Stream.of(GUEST.resolve("opt/clusterbox/guest/clusterbox-seed")))
                    .toList()) {
                RUNNER.run(Command.of(
                                "shellcheck",
                                "--shell=sh",
                                script.toAbsolutePath().toString()))
                        .orFail();
            }
        }
    }
}

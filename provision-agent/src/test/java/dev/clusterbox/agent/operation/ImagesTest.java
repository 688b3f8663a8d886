package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.process.CommandResult;
import dev.clusterbox.agent.v1.ImportImage;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {

    private static final String LS = "ctr -n k8s.io images ls";
    private static final String DIGEST = "sha256:" + "1".repeat(64);
    private static final String OTHER = "sha256:" + "2".repeat(64);
    private static final String PAUSE = "registry.k8s.io/pause:3.10";
    private static final String NONE = "REF TYPE DIGEST SIZE PLATFORMS LABELS \n";

    private Bench bench;
    private String sha256;
    private String load;

    @BeforeEach
    void machine(@TempDir Path root) throws Exception {
        bench = new Bench(root);
        bench.mountArtifacts("ro");
        sha256 = bench.localArtifact("an archive".getBytes(StandardCharsets.UTF_8));
        load = importOf(bench.at("/opt/clusterbox/artifacts/" + sha256));
        bench.on(load, 0, "unpacking %s (%s)...done\n".formatted(PAUSE, DIGEST));
        bench.on(LS, 0, list(PAUSE, DIGEST));
    }

    private static String importOf(Path archive) {
        return "ctr -n k8s.io images import " + archive;
    }

    /** As both 1.6 and 2.x print it; Kubernetes adds a name that is the digest. */
    private static String list(String name, String digest) {
        var type = "application/vnd.oci.image.index.v1+json";
        return NONE
                + "%s %s %s 314.2 KiB linux/amd64,linux/arm64 io.cri-containerd.image=managed \n"
                        .formatted(name, type, digest)
                + "%s %s %s 314.2 KiB linux/amd64 - \n".formatted("sha256:" + "9".repeat(64), type, digest)
                + "docker.io/library/other:1 %s %s 1.0 MiB linux/amd64 - \n".formatted(type, OTHER);
    }

    private Operation.Builder pause() {
        return Operation.newBuilder()
                .setImportImage(ImportImage.newBuilder().setSha256(sha256).setName("pause.tar"));
    }

    @Test
    void an_image_is_imported_once_from_the_machines_own_folder() throws Exception {
        var done = assertInstanceOf(Changed.class, bench.run(pause()));
        assertEquals("imported the image pause.tar", done.text());
        assertEquals("ctr -n k8s.io images import /opt/clusterbox/artifacts/" + sha256, done.equivalent());
        assertEquals(List.of(LS, load, LS), bench.commands);
        bench.commands.clear();
        assertEquals(new Unchanged("the image pause.tar is imported"), bench.run(pause()));
        assertEquals(List.of(LS), bench.commands);
    }

    @Test
    void a_dry_run_before_containerd_is_there_asks_nobody() throws Exception {
        var announced = assertInstanceOf(Changed.class, bench.dryRun(pause()));
        assertEquals("would have imported the image pause.tar", announced.text());
        assertEquals(List.of(), bench.commands);
    }

    @Test
    void it_is_imported_again_where_containerd_has_lost_or_changed_it() throws Exception {
        bench.run(pause());
        for (var now : List.of(NONE, list("registry.k8s.io/pause:3.9", DIGEST), list(PAUSE, OTHER))) {
            bench.on(LS, 0, now);
            assertInstanceOf(Changed.class, bench.dryRun(pause()), now);
            bench.first(LS, now, now).on(LS, 0, list(PAUSE, DIGEST));
            assertInstanceOf(Changed.class, bench.run(pause()), now);
            assertInstanceOf(Unchanged.class, bench.run(pause()), now);
        }
    }

    @Test
    void a_name_that_was_not_printed_is_found_by_its_being_new() throws Exception {
        bench.first(LS, NONE).on(load, 0, "\u001b[1A\u001b[2K importing elapsed: 0.1 s total: 0.0 B\n");
        bench.run(pause());
        assertInstanceOf(Unchanged.class, bench.run(pause()));
    }

    @Test
    void the_progress_that_2_x_prints_is_read() throws Exception {
        bench.on(load, 0, """
                registry.k8s.io/pause:3.10              \tsaved\t
                application/vnd.docker.distribution.manifest.v2+json %s
                Importing\telapsed: 0.0 s\ttotal:   0.0 B\t(0.0 B/s)\t
                """.formatted(DIGEST));
        bench.run(pause());
        assertInstanceOf(Unchanged.class, bench.run(pause()));
    }

    @Test
    void a_name_drawn_among_escapes_is_read() throws Exception {
        bench.on(load, 0, "\u001b[1A\u001b[2K%s\u001b[0m  saved\n└──index (%s) \tcomplete\n".formatted(PAUSE, DIGEST));
        bench.run(pause());
        assertEquals(DIGEST + " " + PAUSE, Files.readString(bench.at("/var/lib/clusterbox/agent/images/" + sha256)));
    }

    @Test
    void where_nothing_can_be_said_it_is_imported_again() throws Exception {
        bench.on(load, 0, "");
        bench.run(pause());
        assertInstanceOf(Changed.class, bench.run(pause()));
    }

    /** What archives contain whose names are not known before. */
    private List<String> imported() {
        var contents = new ArrayList<String>();
        bench.programs = command -> {
            var archive = command.argv().getLast();
            if (!archive.startsWith("/")) {
                return null;
            }
            contents.add(content(Path.of(archive)));
            return new CommandResult(0, "unpacking %s (%s)...done\n".formatted(PAUSE, DIGEST), "");
        };
        return contents;
    }

    private List<String> leftovers() throws IOException {
        try (var files = Files.list(bench.at("/var/lib/clusterbox/agent/importing"))) {
            return files.map(Path::toString).toList();
        }
    }

    @Test
    void an_image_the_machine_does_not_have_is_fetched_and_the_file_removed() throws Exception {
        sha256 = bench.artifact("another archive".getBytes(StandardCharsets.UTF_8));
        bench.write("/var/lib/clusterbox/agent/importing/.left.staged", "by a loss of power");
        var imported = imported();
        assertInstanceOf(Changed.class, bench.run(pause()));
        assertEquals(List.of("another archive"), imported);
        assertEquals(List.of(), leftovers());
        assertInstanceOf(Unchanged.class, bench.run(pause()));
    }

    @Test
    void a_compressed_archive_is_given_plain_since_ctr_1_6_reads_no_other() throws Exception {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write("a plain archive".getBytes(StandardCharsets.UTF_8));
        }
        sha256 = bench.artifact(zipped.toByteArray());
        var imported = imported();
        assertInstanceOf(Changed.class, bench.run(pause()));
        assertEquals(List.of("a plain archive"), imported);
        assertEquals(List.of(), leftovers());
    }

    @Test
    void a_compressed_archive_that_is_cut_off_is_a_problem_and_leaves_nothing() throws Exception {
        sha256 = bench.artifact(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0});
        var e = assertThrows(ProblemException.class, () -> bench.run(pause()));
        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(List.of(LS), bench.commands);
        assertEquals(List.of(), leftovers());
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void a_wrong_checksum_is_not_imported() throws Exception {
        sha256 = bench.artifact("another archive".getBytes(StandardCharsets.UTF_8));
        bench.artifacts.put(sha256, "evil".getBytes(StandardCharsets.UTF_8));
        assertThrows(ProblemException.class, () -> bench.run(pause()));
        assertEquals(List.of(LS), bench.commands);
    }

    @Test
    void a_failed_import_says_why_and_is_tried_again() throws Exception {
        bench.on(load, 1, "");
        var e = assertThrows(ProblemException.class, () -> bench.run(pause()));
        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(
                "'%s' failed (exit code 1): it failed".formatted(load),
                e.problem().message());
        bench.on(load, 0, PAUSE);
        assertInstanceOf(Changed.class, bench.run(pause()));
    }

    @Test
    void containerd_that_does_not_answer_is_named() {
        bench.on(LS, 1, "");
        var e = assertThrows(ProblemException.class, () -> bench.run(pause()));
        assertEquals("on the machine: systemctl status containerd", e.problem().hint());
    }

    @Test
    void the_table_is_read_by_its_first_columns() {
        assertEquals(
                Map.of(PAUSE, DIGEST, "docker.io/library/other:1", OTHER),
                Ctr.parse(list(PAUSE, DIGEST) + "\nbroken\nx y z\n"));
        assertEquals(Set.of(), Ctr.parse("").keySet());
    }
}

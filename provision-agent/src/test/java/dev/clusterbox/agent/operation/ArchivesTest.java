package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.UnpackArchive;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivesTest {

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
    }

    @Test
    void unpacking_twice_changes_nothing_the_second_time() throws Exception {
        var operation =
                unpacking(gzip(new Tar().file("bin/containerd", "A", 0755).link("bin/ctr", "containerd")), 1);
        assertInstanceOf(Changed.class, bench.dryRun(operation));
        assertEquals(List.of(), bench.files());
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals(List.of("/usr/local/bin/containerd", "/usr/local/bin/ctr"), bench.files());
        assertTrue(Files.isExecutable(bench.at("/usr/local/bin/ctr")));
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    @Test
    void a_file_that_was_lost_or_changed_is_put_back() throws Exception {
        var operation = unpacking(new Tar().file("bin/runc", "A", 0755).bytes(), 1);
        bench.run(operation);
        Files.delete(bench.at("/usr/local/bin/runc"));
        assertInstanceOf(Changed.class, bench.run(operation));
        Files.writeString(bench.at("/usr/local/bin/runc"), "BB");
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals("A", bench.read("/usr/local/bin/runc"));
    }

    @Test
    void only_the_members_that_were_asked_for_are_taken() throws Exception {
        var operation = unpacking(
                new Tar()
                        .file("k/etcd", "1", 0755)
                        .file("k/etcdctl", "2", 0755)
                        .file("k/README", "3", 0644)
                        .bytes(),
                1);
        operation.getUnpackArchiveBuilder().addMembers("etcd").addMembers("etcdctl");
        bench.run(operation);
        assertEquals(List.of("/usr/local/bin/etcd", "/usr/local/bin/etcdctl"), bench.files());
    }

    @Test
    void a_member_that_is_missing_is_a_problem_and_nothing_is_installed() throws Exception {
        var operation = unpacking(new Tar().file("k/etcd", "1", 0755).bytes(), 1);
        operation.getUnpackArchiveBuilder().addMembers("etcdctl");
        refusedWithNothingInstalled(operation);
    }

    @Test
    void set_user_id_and_writable_for_others_are_dropped() throws Exception {
        bench.run(unpacking(new Tar().file("a/tool", "1", 06777).bytes(), 1));
        assertEquals(
                "rwxr-xr-x",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(bench.at("/usr/local/bin/tool"))));
    }

    @Test
    void names_that_lead_out_are_refused() throws Exception {
        for (var name : List.of("../evil", "a/../../evil", "/etc/evil", "a/b/../../../evil", "..")) {
            refusedWithNothingInstalled(unpacking(
                    new Tar().file("good", "1", 0644).file(name, "2", 0644).bytes(), 0));
        }
    }

    @Test
    void links_that_lead_out_are_refused() throws Exception {
        for (var target : List.of("/etc/shadow", "../../../etc/shadow", "..", "sub/../../x")) {
            refusedWithNothingInstalled(unpacking(new Tar().link("l", target).bytes(), 0));
        }
    }

    @Test
    void nothing_is_written_behind_a_link_of_the_archive_itself() throws Exception {
        refusedWithNothingInstalled(
                unpacking(new Tar().link("d", "e").file("d/x", "1", 0644).bytes(), 0));
        refusedWithNothingInstalled(
                unpacking(new Tar().link("d", "e").link("d/l", "../x").bytes(), 0));
    }

    @Test
    void hard_links_name_a_file_of_the_archive_before_them() throws Exception {
        bench.run(unpacking(
                new Tar().file("a/one", "1", 0755).hardLink("a/two", "a/one").bytes(), 1));
        assertEquals("1", bench.read("/usr/local/bin/two"));
        for (var target : List.of("/etc/shadow", "../etc/shadow", "later", "")) {
            refused(unpacking(new Tar().hardLink("x", target).bytes(), 0));
            assertFalse(Files.exists(bench.at("/usr/local/bin/x")));
        }
    }

    @Test
    void devices_and_pipes_are_refused() throws Exception {
        for (byte type : new byte[] {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO}) {
            refusedWithNothingInstalled(unpacking(new Tar().special("dev", type).bytes(), 0));
        }
    }

    @Test
    void a_link_that_was_there_before_is_not_followed_out(@TempDir Path elsewhere) throws Exception {
        Files.createDirectories(bench.at("/usr/local/bin"));
        Files.createSymbolicLink(bench.at("/usr/local/bin/sub"), elsewhere);
        refused(unpacking(new Tar().file("sub/x", "1", 0644).bytes(), 0));
        assertFalse(Files.exists(elsewhere.resolve("x")));
    }

    @Test
    void a_bomb_is_refused_before_it_fills_the_disk(@TempDir Path work) throws Exception {
        var archive = Files.write(work.resolve("bomb.tgz"), gzip(new Tar().file("zeros", "0".repeat(3 << 20), 0644)));
        assertTrue(Files.size(archive) < 100_000);
        var wanted = (dev.clusterbox.agent.operation.Operation.UnpackArchive)
                bench.parser.parse(unpacking(Files.readAllBytes(archive), 0).build());
        var staging = Files.createDirectory(work.resolve("staging"));
        assertThrows(ProblemException.class, () -> new Unpacking(wanted, staging, 1 << 20).read(archive));
        assertTrue(Files.size(staging.resolve("zeros")) <= 1 << 20);
    }

    @Test
    void what_is_no_archive_or_is_cut_short_installs_nothing() throws Exception {
        var whole = gzip(new Tar().file("a", "1".repeat(5000), 0644).file("b", "2".repeat(5000), 0644));
        for (var bytes : List.of(
                "no archive at all, but long enough to be read".repeat(50).getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(whole, whole.length / 2))) {
            assertThrows(ProblemException.class, () -> bench.run(unpacking(bytes, 0)));
            assertEquals(List.of(), bench.files());
        }
    }

    @Test
    void a_wrong_checksum_unpacks_nothing() throws Exception {
        var operation = unpacking(new Tar().file("a", "1", 0644).bytes(), 0);
        bench.artifacts.replaceAll((_, _) -> "other".getBytes(StandardCharsets.UTF_8));
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals(Code.FAILED, e.problem().code());
        assertEquals(List.of(), bench.files());
    }

    private void refusedWithNothingInstalled(Operation.Builder operation) throws IOException {
        refused(operation);
        assertEquals(List.of(), bench.files());
        assertFalse(Files.exists(bench.at("/usr/local/bin/.clusterbox-unpacking")));
    }

    private void refused(Operation.Builder operation) {
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals(Code.INVALID, e.problem().code(), e.getMessage());
    }

    private Operation.Builder unpacking(byte[] archive, int strip) {
        bench.artifact(archive);
        return Operation.newBuilder()
                .setUnpackArchive(UnpackArchive.newBuilder()
                        .setDirectory("/usr/local/bin")
                        .setSha256(Sha256.of(archive).hex())
                        .setStripComponents(strip));
    }

    private static byte[] gzip(Tar tar) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(tar.bytes());
        }
        return bytes.toByteArray();
    }

    private static final class Tar {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

        Tar file(String name, String content, int mode) throws IOException {
            var entry = new TarArchiveEntry(name, true);
            entry.setMode(mode);
            var body = content.getBytes(StandardCharsets.UTF_8);
            entry.setSize(body.length);
            tar.putArchiveEntry(entry);
            tar.write(body);
            tar.closeArchiveEntry();
            return this;
        }

        Tar link(String name, String target) throws IOException {
            return special(name, TarConstants.LF_SYMLINK, target);
        }

        Tar hardLink(String name, String target) throws IOException {
            return special(name, TarConstants.LF_LINK, target);
        }

        Tar special(String name, byte type) throws IOException {
            return special(name, type, "");
        }

        private Tar special(String name, byte type, String target) throws IOException {
            var entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
            return this;
        }

        byte[] bytes() throws IOException {
            tar.finish();
            return bytes.toByteArray();
        }
    }
}

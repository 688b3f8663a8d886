package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.MakeDirectory;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.RemoveFile;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainFilesTest {

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
    }

    @Test
    void writing_twice_changes_nothing_the_second_time() throws Exception {
        var first = assertInstanceOf(Changed.class, bench.run(Bench.writing("/etc/etcd/etcd.conf", "name: a\n")));
        assertEquals("written /etc/etcd/etcd.conf: it was not there", first.text());
        assertEquals(
                "install -m 0644 -o root -g root /dev/stdin /etc/etcd/etcd.conf <<'EOF'\nname: a\nEOF",
                first.equivalent());
        assertInstanceOf(Unchanged.class, bench.run(Bench.writing("/etc/etcd/etcd.conf", "name: a\n")));
        assertEquals("name: a\n", bench.read("/etc/etcd/etcd.conf"));
        assertEquals(List.of("/etc/etcd/etcd.conf"), bench.files());
    }

    @Test
    void a_dry_run_says_the_same_and_changes_nothing() throws Exception {
        var outcome = assertInstanceOf(Changed.class, bench.dryRun(Bench.writing("/etc/etcd/etcd.conf", "name: a\n")));
        assertEquals("would have written /etc/etcd/etcd.conf: it was not there", outcome.text());
        assertEquals(List.of(), bench.files());
        assertFalse(Files.exists(bench.at("/etc/etcd")));
    }

    @Test
    void mode_and_owner_are_set_and_put_right() throws Exception {
        var operation = Bench.writing("/etc/etcd/key", "k");
        operation.getWriteFileBuilder().setMode(0640).setOwner("daemon:daemon");
        bench.run(operation);
        var file = bench.at("/etc/etcd/key");
        assertEquals("daemon", Files.getOwner(file).getName());
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        var again = assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals("written /etc/etcd/key: it had the mode 0666", again.text());
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void a_secret_is_in_no_text() throws Exception {
        var operation = Bench.writing("/var/lib/kubernetes/encryption.yaml", "hunter2-hunter2");
        operation.getWriteFileBuilder().setSecret(true).setMode(0600);
        var outcome = bench.run(operation);
        assertFalse(outcome.toString().contains("hunter2"));
        assertFalse(bench.parser.parse(operation.build()).toString().contains("hunter2"));
    }

    @Test
    void a_here_document_ends_at_no_line_of_its_content() throws Exception {
        var outcome = assertInstanceOf(Changed.class, bench.run(Bench.writing("/etc/etcd/a", "EOF\nrm -rf /\n")));
        assertTrue(outcome.equivalent().endsWith("<<'EOF_'\nEOF\nrm -rf /\nEOF_"), outcome.equivalent());
    }

    @Test
    void an_owner_that_does_not_exist_is_a_problem_and_leaves_nothing() throws Exception {
        var operation = Bench.writing("/etc/etcd/a", "x");
        operation.getWriteFileBuilder().setOwner("nobody-of-that-name");
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals(Code.NOT_FOUND, Bench.codeOf(e));
        assertEquals(List.of(), bench.files());
    }

    @Test
    void a_masked_unit_is_replaced_by_the_real_file_not_followed() throws Exception {
        var unit = bench.at("/etc/systemd/system/etcd.service");
        Files.createDirectories(unit.getParent());
        Files.createSymbolicLink(unit, Path.of("/dev/null"));
        assertInstanceOf(Changed.class, bench.run(Bench.writing("/etc/systemd/system/etcd.service", "[Service]\n")));
        assertTrue(Files.isRegularFile(unit, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void a_link_at_the_target_is_replaced_and_what_it_named_is_untouched() throws Exception {
        var victim = bench.write("/etc/shadow", "root");
        Files.createDirectories(bench.at("/etc/etcd"));
        Files.createSymbolicLink(bench.at("/etc/etcd/etcd.conf"), victim);
        bench.run(Bench.writing("/etc/etcd/etcd.conf", "name: a\n"));
        assertEquals("root", bench.read("/etc/shadow"));
        assertEquals("name: a\n", bench.read("/etc/etcd/etcd.conf"));
    }

    @Test
    void a_folder_is_made_once_and_put_right() throws Exception {
        var operation = Operation.newBuilder()
                .setMakeDirectory(MakeDirectory.newBuilder()
                        .setPath("/var/lib/etcd")
                        .setMode(0700)
                        .setOwner("daemon"));
        var made = assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals("install -d -m 0700 -o daemon -g root /var/lib/etcd", made.equivalent());
        assertInstanceOf(Unchanged.class, bench.run(operation));
        Files.setPosixFilePermissions(bench.at("/var/lib/etcd"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertInstanceOf(Changed.class, bench.run(operation));
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    @Test
    void removing_what_is_not_there_is_fine_and_a_folder_is_not_removed() throws Exception {
        var operation =
                Operation.newBuilder().setRemoveFile(RemoveFile.newBuilder().setPath("/etc/etcd/etcd.conf"));
        assertInstanceOf(Unchanged.class, bench.run(operation));
        bench.write("/etc/etcd/etcd.conf", "x");
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals(List.of(), bench.files());
        Files.createDirectories(bench.at("/etc/etcd/etcd.conf"));
        assertThrows(ProblemException.class, () -> bench.run(operation));
    }

    @Test
    void a_binary_is_fetched_checked_and_installed_once() throws Exception {
        var operation = binary(bench.artifact("ELF".getBytes(StandardCharsets.UTF_8)));
        assertInstanceOf(Changed.class, bench.dryRun(operation));
        assertEquals(List.of(), bench.files());
        assertInstanceOf(Changed.class, bench.run(operation));
        assertTrue(Files.isExecutable(bench.at("/usr/local/bin/etcd")));
        assertInstanceOf(Unchanged.class, bench.run(operation));
        bench.write("/usr/local/bin/etcd", "EVL");
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals("ELF", bench.read("/usr/local/bin/etcd"));
    }

    @Test
    void a_local_artifact_is_taken_before_the_gateway_is_asked() throws Exception {
        var sha256 = bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        bench.artifacts.clear();
        var local = bench.write("/opt/clusterbox/artifacts/" + sha256, "ELF");
        bench.run(binary(sha256));
        assertEquals("ELF", bench.read("/usr/local/bin/etcd"));
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(local)));
    }

    @Test
    void an_executable_local_artifact_is_linked() throws Exception {
        var sha256 = bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        var local = bench.write("/opt/clusterbox/artifacts/" + sha256, "ELF");
        Files.setPosixFilePermissions(local, PosixFilePermissions.fromString("rwxr-xr-x"));
        bench.run(binary(sha256));
        assertTrue(Files.isSameFile(local, bench.at("/usr/local/bin/etcd")));
    }

    @Test
    void a_wrong_checksum_installs_nothing() throws Exception {
        var sha256 = bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        bench.artifacts.put(sha256, "EVL".getBytes(StandardCharsets.UTF_8));
        bench.write("/usr/local/bin/etcd", "old");
        var e = assertThrows(ProblemException.class, () -> bench.run(binary(sha256)));
        assertTrue(e.problem().message().contains("expected: " + sha256), e.getMessage());
        assertEquals("old", bench.read("/usr/local/bin/etcd"));
        assertEquals(List.of("/usr/local/bin/etcd"), bench.files());
    }

    @Test
    void a_wrong_local_artifact_installs_nothing() throws IOException {
        var sha256 = bench.artifact("ELF".getBytes(StandardCharsets.UTF_8));
        bench.write("/opt/clusterbox/artifacts/" + sha256, "EVL");
        assertThrows(ProblemException.class, () -> bench.run(binary(sha256)));
        assertFalse(Files.exists(bench.at("/usr/local/bin/etcd")));
    }

    private static Operation.Builder binary(String sha256) {
        return Operation.newBuilder()
                .setInstallBinary(InstallBinary.newBuilder()
                        .setPath("/usr/local/bin/etcd")
                        .setSha256(sha256));
    }
}

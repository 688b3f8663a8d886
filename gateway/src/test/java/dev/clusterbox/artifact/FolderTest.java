package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person has put into the folder of artifacts, and what somebody else may have. */
final class FolderTest {

    @TempDir
    private Path temporary;

    private Path folder;
    private Workbench bench;

    @BeforeEach
    void begin() throws IOException {
        folder = Files.createDirectory(temporary.resolve("folder"));
        bench = new Workbench(temporary.resolve("state"), "", folder.toString());
    }

    private Path put(String name, byte[] content) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    @Test
    void a_file_is_found_by_name_at_the_top_or_one_folder_below() throws IOException {
        put("kubelet", Workbench.KUBELET);
        put("node/runc", Workbench.RUNC);
        put("too/deep/etcd", Workbench.ETCD);
        put("etcdctl/etcdctl", Workbench.ETCDCTL);

        var artifacts = bench.stage("kubelet", "runc", "etcd", "etcdctl");

        assertEquals(
                List.of("etcdctl", "kubelet", "runc"),
                List.copyOf(artifacts.binaries().keySet()));
        assertArrayEquals(Workbench.RUNC, bench.stored(artifacts.binaries(), "runc"));
        var mode = Files.getPosixFilePermissions(
                bench.store.find(Workbench.sha256(Workbench.RUNC)).orElseThrow());
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(mode));
        assertEquals(java.util.Set.of("etcd"), artifacts.packaged());
        assertEquals("3 binaries, 0 images", bench.said.getLast());
    }

    @Test
    void it_may_be_the_publishers_file_and_an_archive_of_his() throws IOException {
        put("runc.amd64", Workbench.RUNC);
        put("downloads/etcd-v3.tar.gz", Workbench.TGZ);

        var artifacts = bench.stage("etcd", "etcdctl", "runc");

        assertArrayEquals(Workbench.ETCD, bench.stored(artifacts.binaries(), "etcd"));
        assertArrayEquals(Workbench.ETCDCTL, bench.stored(artifacts.binaries(), "etcdctl"));
        assertArrayEquals(Workbench.RUNC, bench.stored(artifacts.binaries(), "runc"));
    }

    @Test
    void a_file_by_name_is_taken_as_it_is_and_it_is_said_that_it_is_another_one() throws IOException {
        put("kubelet", "my own".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        put("runc", Workbench.RUNC);

        bench.stage("kubelet", "runc");

        assertEquals("2 binaries, 0 images; 1 of 2 are not the published ones", bench.said.getLast());
    }

    @Test
    void a_publishers_archive_that_is_not_the_published_one_is_refused_with_both_checksums() throws IOException {
        var other = Workbench.tgz(java.util.Map.of("etcd-v3/etcd", Workbench.RUNC));
        put("etcd-v3.tar.gz", other);

        var problem = bench.refused("etcd");

        assertTrue(problem.contains(Workbench.sha256(other)), problem);
        assertTrue(problem.contains(Workbench.sha256(Workbench.TGZ)), problem);
        assertEquals(List.of(), bench.store.files());
    }

    @Test
    void a_file_that_is_not_what_SHA256SUMS_says_is_refused_with_both_checksums() throws IOException {
        put("kubelet", Workbench.KUBELET);
        put("node/runc", Workbench.RUNC);
        put(
                "SHA256SUMS",
                (Workbench.sha256(Workbench.KUBELET) + "  ./kubelet\n" + "# by hand\n"
                                + Workbench.sha256(Workbench.ETCD) + " *node/runc\n")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));

        bench.stage("kubelet");
        var problem = bench.refused("kubelet", "runc");

        assertEquals(
                "%s/node/runc has the checksum %s, SHA256SUMS beside it says %s (get the file anew, or correct SHA256SUMS)"
                        .formatted(folder, Workbench.sha256(Workbench.RUNC), Workbench.sha256(Workbench.ETCD)),
                problem);
        assertEquals(1, bench.store.files().size());
        assertEquals(List.of(), bench.leftovers());
    }

    @Test
    void SHA256SUMS_is_asked_again_though_the_file_is_known() throws IOException {
        put("kubelet", Workbench.KUBELET);
        bench.stage("kubelet");
        put(
                "SHA256SUMS",
                (Workbench.sha256(Workbench.ETCD) + "  kubelet\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertTrue(bench.refused("kubelet").contains("SHA256SUMS"));
    }

    @Test
    void a_link_that_leaves_the_folder_is_refused_and_one_inside_is_followed() throws IOException {
        var elsewhere = Files.write(temporary.resolve("secret"), Workbench.KUBELET);
        Files.createSymbolicLink(folder.resolve("kubelet"), elsewhere);
        put("bin/runc-1.4", Workbench.RUNC);
        Files.createSymbolicLink(folder.resolve("runc"), Path.of("bin/runc-1.4"));

        assertEquals(
                "%s/kubelet leads out of the folder by a link, to %s (put the file itself there)"
                        .formatted(folder, elsewhere),
                bench.refused("kubelet"));
        assertEquals(
                Workbench.sha256(Workbench.RUNC), bench.stage("runc").binaries().get("runc"));

        var outside = Files.createDirectory(temporary.resolve("outside"));
        Files.write(outside.resolve("etcd"), Workbench.ETCD);
        Files.createSymbolicLink(folder.resolve("more"), outside);
        assertTrue(bench.refused("etcd").contains("leads out of the folder by a link"));
    }

    @Test
    void what_is_no_plain_file_is_refused_and_nobody_waits_for_it() throws IOException, InterruptedException {
        var mkfifo = new ProcessBuilder("mkfifo", folder.resolve("kubelet").toString()).start();
        assertTrue(mkfifo.waitFor(10, TimeUnit.SECONDS));
        Files.createSymbolicLink(folder.resolve("runc"), Path.of("/dev/zero"));
        Files.createSymbolicLink(folder.resolve("etcd"), Path.of("nowhere"));

        assertEquals(folder + "/kubelet is no plain file (put the file itself there)", bench.refused("kubelet"));
        assertTrue(bench.refused("runc").contains("leads out of the folder"));
        assertTrue(bench.refused("etcd").contains("is no plain file"));
    }

    @Test
    void what_everybody_may_change_is_refused() throws IOException {
        var file = put("kubelet", Workbench.KUBELET);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(
                "everybody on this computer may change %s (chmod o-w %s)".formatted(file, file),
                bench.refused("kubelet"));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(bench.refused("kubelet").contains("may change " + folder));

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        var below = put("node/runc", Workbench.RUNC).getParent();
        Files.setPosixFilePermissions(below, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(bench.refused("runc").contains("may change " + below));
        assertEquals(1, bench.stage("kubelet").binaries().size());
    }

    @Test
    void of_two_below_the_one_for_this_architecture_is_meant_else_it_is_asked() throws IOException {
        put("one/runc", Workbench.RUNC);
        put("two/runc", Workbench.ETCD);
        assertTrue(bench.refused("runc").contains("more than once"));

        put(Catalogues.architecture() + "/runc", Workbench.PROXY);
        assertEquals(
                Workbench.sha256(Workbench.PROXY),
                bench.stage("runc").binaries().get("runc"));
    }

    @Test
    void archives_of_images_are_taken_and_other_files_beside_them_are_not() throws IOException {
        put("images/pause.tar", Workbench.ETCD);
        put("images/coredns.tar.gz", Workbench.RUNC);
        put("images/app.tgz", Workbench.PROXY);
        put("images/README.md", Workbench.KUBELET);

        var artifacts = bench.stage();

        assertEquals(
                List.of("app.tgz", "coredns.tar.gz", "pause.tar"),
                List.copyOf(artifacts.images().keySet()));
        assertArrayEquals(Workbench.ETCD, bench.stored(artifacts.images(), "pause.tar"));
    }

    @Test
    void a_folder_that_is_not_there_is_said() {
        var other = new Workbench(temporary.resolve("state"), "", "/nowhere/at/all");

        assertTrue(other.refused("kubelet").contains("the folder of artifacts is not there: /nowhere/at/all"));
    }

    @Test
    void a_file_that_was_hashed_before_is_not_read_again_until_it_changes() throws IOException {
        var file = put("kubelet", Workbench.KUBELET);
        bench.stage("kubelet");
        var time = Files.getLastModifiedTime(file);

        // Of the same size, with its time set back: the time of change tells.
        Files.write(file, Workbench.content("another", Workbench.KUBELET.length));
        Files.setLastModifiedTime(file, time);
        assertEquals(
                Workbench.sha256(Workbench.content("another", Workbench.KUBELET.length)),
                bench.stage("kubelet").binaries().get("kubelet"));

        var found = Folder.open(folder).find("kubelet").orElseThrow();
        bench.index.put(
                Sources.key(found, java.util.Optional.empty()),
                new Index.Entry(Workbench.sha256(Workbench.KUBELET), Workbench.sha256(Workbench.KUBELET)));
        assertEquals(
                Workbench.sha256(Workbench.KUBELET),
                new Workbench(bench.state, "", folder.toString())
                        .stage("kubelet")
                        .binaries()
                        .get("kubelet"),
                "what the index says is believed, also after a restart");
    }
}

package dev.clusterbox.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as publishers make them, and as somebody else would. */
final class TarballTest {

    @TempDir
    private Path temporary;

    private Workbench bench;

    @BeforeEach
    void begin() {
        bench = new Workbench(temporary.resolve("state"), "", "");
    }

    private Map<String, String> take(byte[] archive, String... members) throws IOException {
        var wanted = new java.util.TreeMap<String, String>();
        Arrays.stream(members)
                .forEach(member ->
                        wanted.put(member, Path.of(member).getFileName().toString()));
        return new Tarball(bench.store, 10_000_000)
                .take(Files.write(temporary.resolve("archive.tgz"), archive), wanted);
    }

    private String refused(byte[] archive) {
        return assertThrows(ProblemException.class, () -> take(archive, "bin/tool"))
                .problem()
                .message();
    }

    @Test
    void members_are_found_with_and_without_a_dot_before_them() throws IOException {
        var archive = Workbench.tgz(Map.of("./bridge", Workbench.RUNC, "bin/tool", Workbench.ETCD));

        var taken = take(archive, "bridge", "bin/tool");

        assertArrayEquals(Workbench.RUNC, bench.stored(taken, "bridge"));
        assertArrayEquals(Workbench.ETCD, bench.stored(taken, "tool"));
    }

    @Test
    void other_names_are_passed_over_whatever_they_are() throws IOException {
        var archive = Workbench.tgz(tar -> {
            Workbench.add(tar, "../../../../" + temporary + "/evil", Workbench.RUNC);
            Workbench.add(tar, temporary + "/evil", Workbench.RUNC);
            var link = new TarArchiveEntry("bin", TarConstants.LF_SYMLINK);
            link.setLinkName(temporary.toString());
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
            Workbench.add(tar, "bin/tool", Workbench.ETCD);
        });

        var taken = take(archive, "bin/tool");

        assertArrayEquals(Workbench.ETCD, bench.stored(taken, "tool"));
        assertEquals(1, bench.store.files().size());
        try (var files = Files.list(temporary)) {
            assertEquals(
                    List.of("archive.tgz", "state"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_SYMLINK,
                TarConstants.LF_LINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO
            })
    void a_member_that_is_no_plain_file_is_refused(byte type) {
        var archive = Workbench.tgz(tar -> {
            var entry = new TarArchiveEntry("bin/tool", type);
            if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
                entry.setLinkName("/etc/shadow");
            }
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        });

        assertTrue(refused(archive).contains("bin/tool' is no plain file"), refused(archive));
    }

    @Test
    void a_member_that_is_there_twice_is_refused() {
        var archive = Workbench.tgz(tar -> {
            Workbench.add(tar, "bin/tool", Workbench.ETCD);
            Workbench.add(tar, "./bin/tool", Workbench.RUNC);
        });

        assertEquals("archive.tgz cannot be used: it has './bin/tool' twice", refused(archive));
    }

    @Test
    void a_member_that_is_missing_is_said() {
        assertEquals(
                "archive.tgz cannot be used: it does not have bin/tool",
                refused(Workbench.tgz(Map.of("bin/other", Workbench.ETCD))));
    }

    @Test
    void what_unpacks_to_too_much_is_left_wherever_it_is() {
        var zeros = new byte[11_000_000];

        assertEquals(
                "archive.tgz cannot be used: it unpacks to more than 9 MiB",
                refused(Workbench.tgz(Map.of("bin/tool", zeros))));
        assertEquals(
                "archive.tgz cannot be used: it unpacks to more than 9 MiB",
                refused(Workbench.tgz(Map.of("a-file-before", zeros, "bin/tool", Workbench.ETCD))));
        assertEquals(List.of(), bench.store.files());
        assertEquals(List.of(), bench.leftovers());
    }

    @Test
    void a_damaged_archive_leaves_nothing() {
        var archive = Workbench.tgz(Map.of("bin/tool", Workbench.ETCD));

        assertTrue(refused(Arrays.copyOf(archive, archive.length / 2)).contains("it cannot be unpacked"));
        assertTrue(refused(Workbench.content("nonsense", 5000)).contains("cannot be used"));
        assertEquals(List.of(), bench.store.files());
        assertEquals(List.of(), bench.leftovers());
    }
}

package dev.clusterbox.image;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives of a root file system that somebody has made to get out of their folder, or to fill a disk. */
final class ArchiveCheckTest {

    private static final String IDENTITY = "format 1, amd64\n[systemd]\n";

    /** As much as these may unpack to. */
    private static final long LARGEST = 1 << 20;

    @TempDir
    private Path temporary;

    private interface Filling {
        void into(TarArchiveOutputStream tar) throws IOException;
    }

    private static byte[] archive(String identity, Filling filling) {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            file(tar, "clusterbox-base", identity.getBytes(StandardCharsets.UTF_8));
            filling.into(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] archive(Filling filling) {
        return archive(IDENTITY, filling);
    }

    private static void file(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        // With the slashes that a hostile name begins with.
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void entry(TarArchiveOutputStream tar, String name, byte type, String target) throws IOException {
        var entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private Path written(byte[] content) throws IOException {
        return Files.write(Files.createTempFile(temporary, "", ".tar.gz"), content);
    }

    private static void tree(TarArchiveOutputStream tar) throws IOException {
        entry(tar, "./", TarConstants.LF_DIR, "");
        entry(tar, "./usr/", TarConstants.LF_DIR, "");
        entry(tar, "./usr/lib/", TarConstants.LF_DIR, "");
        entry(tar, "./lib", TarConstants.LF_SYMLINK, "usr/lib");
        entry(tar, "./etc/", TarConstants.LF_DIR, "");
        entry(tar, "./etc/mtab", TarConstants.LF_SYMLINK, "/proc/mounts");
        file(tar, "./usr/lib/systemd", new byte[5000]);
        entry(tar, "./usr/lib/init", TarConstants.LF_LINK, "./usr/lib/systemd");
    }

    @Test
    void a_root_file_system_with_its_links_is_let_through() throws IOException {
        var archive = written(archive(ArchiveCheckTest::tree));
        assertDoesNotThrow(() -> ArchiveCheck.requireHarmless(archive, IDENTITY, LARGEST));
    }

    /** What it is, and the bytes. */
    record Hostile(String what, byte[] content) {

        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Hostile> hostile() {
        var right = archive(ArchiveCheckTest::tree);
        return Stream.of(
                new Hostile("nothing", new byte[0]),
                new Hostile("not compressed", new byte[10_240]),
                new Hostile("an empty archive", gzip(new byte[10_240])),
                new Hostile("another version", archive("format 2, amd64\n[systemd]\n", ArchiveCheckTest::tree)),
                new Hostile("another processor", archive("format 1, aarch64\n[systemd]\n", ArchiveCheckTest::tree)),
                new Hostile("an absolute path", archive(tar -> file(tar, "/etc/passwd", new byte[1]))),
                new Hostile("a path without a dot", archive(tar -> file(tar, "etc/passwd", new byte[1]))),
                new Hostile("a path that leads out", archive(tar -> file(tar, "./../owned", new byte[1]))),
                new Hostile("a path that leads out later", archive(tar -> file(tar, "./etc/../../owned", new byte[1]))),
                new Hostile("a path that ends outside", archive(tar -> entry(tar, "./..", TarConstants.LF_DIR, ""))),
                new Hostile("a double slash", archive(tar -> file(tar, ".//etc/passwd", new byte[1]))),
                new Hostile("a file behind a link", archive(tar -> {
                    entry(tar, "./out", TarConstants.LF_SYMLINK, "/etc");
                    file(tar, "./out/passwd", new byte[1]);
                })),
                new Hostile("a folder behind a link behind a folder", archive(tar -> {
                    entry(tar, "./a/", TarConstants.LF_DIR, "");
                    entry(tar, "./a/out", TarConstants.LF_SYMLINK, "../..");
                    entry(tar, "./a/out/b/", TarConstants.LF_DIR, "");
                })),
                new Hostile("a name twice, a link first", archive(tar -> {
                    entry(tar, "./out", TarConstants.LF_SYMLINK, "/etc/passwd");
                    file(tar, "./out", new byte[1]);
                })),
                new Hostile("a hard link to the host", archive(
                        tar -> entry(tar, "./shadow", TarConstants.LF_LINK, "/etc/shadow"))),
                new Hostile("a hard link that leads out", archive(
                        tar -> entry(tar, "./shadow", TarConstants.LF_LINK, "./../../etc/shadow"))),
                new Hostile("a hard link to what is not in it", archive(
                        tar -> entry(tar, "./shadow", TarConstants.LF_LINK, "./etc/shadow"))),
                new Hostile("a hard link to a link", archive(tar -> {
                    entry(tar, "./out", TarConstants.LF_SYMLINK, "/etc/shadow");
                    entry(tar, "./shadow", TarConstants.LF_LINK, "./out");
                })),
                new Hostile("a device", archive(tar -> entry(tar, "./sda", TarConstants.LF_BLK, ""))),
                new Hostile("a terminal", archive(tar -> entry(tar, "./tty", TarConstants.LF_CHR, ""))),
                new Hostile("a pipe", archive(tar -> entry(tar, "./pipe", TarConstants.LF_FIFO, ""))),
                new Hostile("more than it may be", archive(tar -> file(tar, "./zeros", new byte[2 << 20]))),
                new Hostile("broken off", Arrays.copyOf(right, right.length / 2)),
                new Hostile("broken off at its end", Arrays.copyOf(right, right.length - 4)));
    }

    private static byte[] gzip(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void what_is_not_harmless_is_refused(Hostile hostile) throws IOException {
        var archive = written(hostile.content());
        var refused = assertThrows(
                ProblemException.class, () -> ArchiveCheck.requireHarmless(archive, IDENTITY, LARGEST));
        assertTrue(refused.problem().message().startsWith("the archive of the machines' image cannot be used: "));
    }

    @Test
    void a_copy_with_another_checksum_is_refused() throws IOException {
        var archive = written(archive(ArchiveCheckTest::tree));
        assertThrows(
                ProblemException.class,
                () -> ArchiveCheck.copy(archive, temporary.resolve("copy"), "0".repeat(64)));
    }
}

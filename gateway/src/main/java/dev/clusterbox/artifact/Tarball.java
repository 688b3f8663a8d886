package dev.clusterbox.artifact;

import dev.clusterbox.problem.Problem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Takes executables out of a publisher's archive. No name in it becomes a path: a member goes into the store under its
 * checksum, or is passed over.
 */
final class Tarball {

    private static final int MOST = 50_000;

    private final ArtifactStore store;
    private final long largest;

    Tarball(ArtifactStore store) {
        this(store, ArtifactStore.LARGEST);
    }

    /** @param largest how much may come out of it in all, wanted or not */
    Tarball(ArtifactStore store, long largest) {
        this.store = store;
        this.largest = largest;
    }

    /**
     * @param wanted name in the archive to name of the artifact
     * @return name of the artifact to its checksum in the store
     */
    Map<String, String> take(Path archive, Map<String, String> wanted) {
        var taken = new TreeMap<String, String>();
        try (var file = new BufferedInputStream(Files.newInputStream(archive), 256 * 1024);
                var tar = new TarArchiveInputStream(new Limited(plain(file), largest))) {
            int members = 0;
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++members > MOST) {
                    throw refused(archive, "it has more than %d members".formatted(MOST));
                }
                var name = wanted.get(
                        entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName());
                if (name == null) {
                    continue;
                }
                requirePlainFile(archive, entry);
                if (taken.put(name, store.add(tar, largest, sha256 -> {})) != null) {
                    throw refused(archive, "it has '%s' twice".formatted(entry.getName()));
                }
            }
        } catch (TooLarge e) {
            throw refused(archive, "it unpacks to more than %d MiB".formatted(largest >> 20));
        } catch (IOException | IllegalArgumentException e) {
            throw refused(archive, "it cannot be unpacked: " + e.getMessage());
        }
        var missing = wanted.entrySet().stream()
                .filter(entry -> !taken.containsKey(entry.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw refused(archive, "it does not have " + missing);
        }
        return taken;
    }

    private static InputStream plain(BufferedInputStream file) throws IOException {
        file.mark(2);
        boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
        file.reset();
        return gzip ? new GZIPInputStream(file, 256 * 1024) : file;
    }

    /** By its type: the library's own {@code isFile} is true for a device, too. */
    private static void requirePlainFile(Path archive, TarArchiveEntry entry) {
        var type = entry.getLinkFlag();
        if ((type != TarConstants.LF_NORMAL && type != TarConstants.LF_OLDNORM) || entry.isSparse()) {
            throw refused(archive, "its member '%s' is no plain file".formatted(entry.getName()));
        }
    }

    private static RuntimeException refused(Path archive, String why) {
        return Problem.invalid(
                        "%s cannot be used: %s".formatted(archive.getFileName(), why),
                        "get it anew; see whether the disk is full")
                .asException();
    }

    private static final class TooLarge extends IOException {}

    /** A few kilobytes can unpack to as many gigabytes as somebody likes. */
    private static final class Limited extends InputStream {

        private final InputStream in;
        private long left;

        Limited(InputStream in, long most) {
            this.in = in;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = in.read(buffer, offset, length);
            left -= Math.max(n, 0);
            if (left < 0) {
                throw new TooLarge();
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}

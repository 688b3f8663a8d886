package dev.clusterbox.artifact;

import dev.clusterbox.cluster.Bundle;
import dev.clusterbox.problem.Problem;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A bundle as a tar archive: its list, then each file under its checksum. No name in it becomes a path; what the list does not
 * name, what is no plain file, and what has another size or checksum is refused.
 */
final class BundleArchive {

    private static final String LIST = "clusterbox-bundle";
    private static final int LARGEST_LIST = 256 * 1024;

    private BundleArchive() {}

    /** Of files that the store has. Close it: nothing stays on the disk. */
    static InputStream write(ArtifactStore store, Bundle bundle) throws IOException {
        var file = Files.createTempFile(store.incoming(), "bundle", ".staged");
        try {
            try (var tar = new TarArchiveOutputStream(
                    new BufferedOutputStream(Files.newOutputStream(file), 1 << 16), StandardCharsets.UTF_8.name())) {
                tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
                var list = bundle.manifest().getBytes(StandardCharsets.UTF_8);
                put(tar, LIST, list.length);
                tar.write(list);
                tar.closeArchiveEntry();
                for (var member : sizes(bundle).entrySet()) {
                    put(tar, member.getKey(), member.getValue());
                    Files.copy(store.find(member.getKey()).orElseThrow(), tar);
                    tar.closeArchiveEntry();
                }
            }
            // Its name can go: it stays readable.
            return Files.newInputStream(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, long size) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(size);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
    }

    /** Of each file, once: several artifacts may be the same. */
    private static Map<String, Long> sizes(Bundle bundle) {
        var sizes = new TreeMap<String, Long>();
        bundle.artifacts().forEach(artifact -> add(sizes, artifact.sha256(), artifact.size()));
        bundle.images().forEach(image -> add(sizes, image.sha256(), image.size()));
        return sizes;
    }

    private static void add(Map<String, Long> sizes, String sha256, long size) {
        if (size > ArtifactStore.LARGEST) {
            throw refused("a file of %d MiB is in its list".formatted(size >> 20));
        }
        var before = sizes.put(sha256, size);
        if (before != null && before != size) {
            throw refused("its list gives %s two sizes".formatted(sha256));
        }
    }

    /**
     * Puts its files into the store.
     *
     * @param approve throws if what the list names is not wanted; before anything is stored
     */
    static Bundle read(Path file, ArtifactStore store, Consumer<Bundle> approve) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(file, StandardOpenOption.READ), 1 << 16);
                var tar = new TarArchiveInputStream(in)) {
            var bundle = Bundle.parse(list(tar));
            var left = sizes(bundle);
            approve.accept(bundle);
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var size = left.remove(entry.getName());
                if (size == null || !isPlainFile(entry) || entry.getSize() != size) {
                    throw refused("'%s' is not in its list, or not as it is there".formatted(shortened(entry)));
                }
                var expected = entry.getName();
                store.add(tar, size, is -> {
                    if (!is.equals(expected)) {
                        throw refused("a file has the checksum %s (expected: %s)".formatted(is, expected));
                    }
                });
            }
            if (!left.isEmpty()) {
                throw refused("it breaks off: %d files are missing".formatted(left.size()));
            }
            return bundle;
        } catch (IOException | IllegalArgumentException e) {
            throw refused("it cannot be read to its end: " + e.getMessage());
        }
    }

    private static String list(TarArchiveInputStream tar) throws IOException {
        var first = tar.getNextEntry();
        if (first == null || !first.getName().equals(LIST) || !isPlainFile(first) || first.getSize() > LARGEST_LIST) {
            throw refused("it is no bundle");
        }
        return new String(tar.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** By its type: the library's own {@code isFile} is true for a device, too. */
    private static boolean isPlainFile(TarArchiveEntry entry) {
        var type = entry.getLinkFlag();
        return (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM) && !entry.isSparse();
    }

    private static String shortened(TarArchiveEntry entry) {
        var name = entry.getName().replaceAll("\\p{Cntrl}", "?");
        return name.length() > 80 ? name.substring(0, 80) + "…" : name;
    }

    static RuntimeException refused(String why) {
        return Problem.invalid("the bundle cannot be used: " + why, "get it anew, made by the same version of Clusterbox")
                .asException();
    }
}

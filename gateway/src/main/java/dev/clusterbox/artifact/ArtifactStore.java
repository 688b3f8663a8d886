package dev.clusterbox.artifact;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.StateFolder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Executables and images, each under its SHA-256. A file is there whole or not at all, and never changes: machines link to
 * it and hash nothing.
 */
@Singleton
public final class ArtifactStore {

    static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** The largest of today's is a tenth of it. */
    static final long LARGEST = 2L << 30;

    /** So many files are fetched or hashed at a time: more do not go faster by one disk and one line. */
    static final int AT_ONCE = 4;

    private final Path store;
    private final Path incoming;

    ArtifactStore(StateFolder state) {
        this.store = state.resolve("artifacts");
        this.incoming = state.resolve("incoming");
    }

    public Optional<Path> find(String sha256) {
        return SHA256.matcher(sha256).matches()
                ? Optional.of(store.resolve(sha256)).filter(Files::isRegularFile)
                : Optional.empty();
    }

    boolean has(String sha256) {
        return find(sha256).isPresent();
    }

    /** The folder of what is not complete; nothing in it is given to a machine. */
    Path incoming() throws IOException {
        // Services in the machines that do not run as root look into the store, too.
        Files.createDirectories(store);
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.createDirectories(incoming);
    }

    /**
     * Takes a copy.
     *
     * @param verify throws if a file with this checksum is not wanted; then nothing is kept
     */
    String add(InputStream in, long largest, Consumer<String> verify) throws IOException {
        var staged = Files.createTempFile(incoming(), "", ".staged");
        try {
            var sha256 = Sha256.copy(in, staged, largest);
            verify.accept(sha256);
            keep(staged, sha256);
            return sha256;
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    /** Takes the file itself, whose checksum is this: the caller has seen to that. */
    void keep(Path staged, String sha256) throws IOException {
        Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString("rwxr-xr-x"));
        force(staged, StandardOpenOption.WRITE);
        Files.move(staged, store.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
        force(store, StandardOpenOption.READ);
        use(sha256);
    }

    private static void force(Path path, StandardOpenOption option) throws IOException {
        try (var channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /** Keeps it from being pruned before it is written down who needs it. */
    void use(String sha256) {
        try {
            Files.setLastModifiedTime(store.resolve(sha256), FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every file of the store. */
    List<Path> files() {
        if (!Files.isDirectory(store)) {
            return List.of();
        }
        try (var files = Files.list(store)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A disk that is full is somebody's to clean up, not a bug. */
    static RuntimeException failed(String what, IOException e) {
        return Problem.failed(
                        "%s: %s".formatted(what, e.getMessage() == null ? e.toString() : e.getMessage()),
                        "see whether the disk is full, then try again")
                .asException();
    }
}

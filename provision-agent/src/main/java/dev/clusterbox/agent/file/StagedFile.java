package dev.clusterbox.agent.file;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A file that is written beside its target and takes its place in one move, when it is complete and on disk. Whatever
 * happens before that, the target is as it was. A target that is a link is replaced, never followed.
 */
public final class StagedFile implements AutoCloseable {

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path target;
    private final Path staged;

    private StagedFile(Path target, Path staged) {
        this.target = target;
        this.staged = staged;
    }

    /** The folder of the target must be there. */
    public static StagedFile beside(Path target) throws IOException {
        return new StagedFile(
                target, Files.createTempFile(folderOf(target), "." + target.getFileName() + ".", ".staged", PRIVATE));
    }

    public static void write(Path target, byte[] content, Mode mode, Owner owner) throws IOException {
        try (var file = beside(target)) {
            try (var out = file.open()) {
                out.write(content);
            }
            file.commit(mode, owner);
        }
    }

    /** A symbolic link, with the same promises. */
    public static void link(Path target, Path destination) throws IOException {
        var staged = folderOf(target).resolve(".%s.%s.staged".formatted(target.getFileName(), UUID.randomUUID()));
        try (var link = new StagedFile(target, Files.createSymbolicLink(staged, destination))) {
            link.take();
        }
    }

    public Path path() {
        return staged;
    }

    public OutputStream open() throws IOException {
        return Files.newOutputStream(staged, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Owner first: who may read it is settled before it can be read. */
    public void commit(Mode mode, Owner owner) throws IOException {
        owner.give(staged);
        mode.set(staged);
        force(staged);
        take();
    }

    private void take() throws IOException {
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folderOf(target));
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(staged);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts a file, or the entries of a folder, on disk: what was done survives a loss of power. */
    public static void force(Path path) throws IOException {
        // Not an interruptible channel's business: an interrupt would close the file and lose what is written.
        boolean interrupted = Thread.interrupted();
        try (var channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What is written always lies in a folder; the root itself is no target. */
    public static Path folderOf(Path target) {
        var parent = target.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("target: %s (expected: a path below a folder)".formatted(target));
        }
        return parent;
    }
}

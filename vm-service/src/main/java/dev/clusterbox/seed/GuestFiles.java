package dev.clusterbox.seed;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Writes files into a machine's tree, whose owner may have turned any folder into a link to somewhere on the host. Each
 * folder is opened from the one before it and never through a link, so what is checked is what is used.
 */
public final class GuestFiles {

    private final Path root;
    private final boolean atRest;

    private GuestFiles(Path root, boolean atRest) {
        this.root = root;
        this.atRest = atRest;
    }

    /** The tree of a machine that does not run: nobody else changes it. */
    public static GuestFiles atRest(Path root) {
        return new GuestFiles(root, true);
    }

    /** The tree of a machine that runs, as its processes see it: {@code /proc/<pid>/root}. */
    public static GuestFiles running(Path root) {
        return new GuestFiles(root, false);
    }

    /**
     * Puts a file in place of what is there, all of it or nothing.
     *
     * @param path inside the machine, without a leading slash
     * @param permissions such as {@code rw-------}
     */
    public void write(Path path, String text, String permissions) {
        write(root, path, path, text.getBytes(StandardCharsets.UTF_8), permissions);
    }

    private void write(Path here, Path rest, Path whole, byte[] content, String permissions) {
        try (var folder = Files.newDirectoryStream(here)) {
            write(secure(folder), here, rest, whole, content, permissions);
        } catch (FileSystemException e) {
            throw refused(whole, e);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed("'/%s' could not be written: %s".formatted(whole, e.getMessage()), ""), e);
        }
    }

    private void write(
            SecureDirectoryStream<Path> folder, Path here, Path rest, Path whole, byte[] content, String permissions)
            throws IOException {
        var first = rest.getName(0);
        if (rest.getNameCount() == 1) {
            replace(folder, first, content, permissions);
            return;
        }
        try (var next = enter(folder, here, first)) {
            write(next, here.resolve(first), rest.subpath(1, rest.getNameCount()), whole, content, permissions);
        }
    }

    private SecureDirectoryStream<Path> enter(SecureDirectoryStream<Path> folder, Path here, Path name)
            throws IOException {
        try {
            return secure(folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            if (!atRest) {
                throw e; // there is no mkdirat in Java, and a path could be changed under our feet
            }
            Files.createDirectory(
                    here.resolve(name),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            return secure(folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
        }
    }

    private static void replace(SecureDirectoryStream<Path> folder, Path name, byte[] content, String permissions)
            throws IOException {
        var staged = Path.of("." + name + "." + UUID.randomUUID());
        var options =
                Set.<OpenOption>of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
        try (var channel = folder.newByteChannel(staged, options, mode)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        try {
            folder.move(staged, folder, name);
        } catch (IOException e) {
            folder.deleteFile(staged);
            throw e;
        }
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IllegalStateException("no SecureDirectoryStream on this system: " + stream.getClass());
    }

    private static ProblemException refused(Path path, FileSystemException e) {
        return new ProblemException(
                Problem.conflict(
                        "'/%s' cannot be written: in the machine, a folder of this path is missing, or is a link (%s)"
                                .formatted(path, e.getReason() == null ? e.getMessage() : e.getReason()),
                        "stop the machine; if that does not help, delete it"),
                e);
    }
}

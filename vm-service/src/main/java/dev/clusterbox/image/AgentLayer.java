package dev.clusterbox.image;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The agent's files as a layer over the root file system. They are copied, because machines keep the layer they were made
 * with while a newer agent is built.
 */
final class AgentLayer {

    private final Path source;
    private final Path folder;

    AgentLayer(Path source, Path folder) {
        this.source = source;
        this.folder = folder;
    }

    Path path() {
        if (!Files.isDirectory(source)) {
            throw Problem.unavailable(
                            "the agent's files are not at %s".formatted(source),
                            "build provision-agent, or set clusterbox.agent-image")
                    .asException();
        }
        return folder.resolve("agent-" + hash());
    }

    void copy() throws IOException {
        var scratch = Files.createDirectory(folder.resolve(ImageFolder.UNFINISHED + UUID.randomUUID()));
        var root = scratch.resolve("root");
        for (var file : files()) {
            var target = root.resolve(source.relativize(file).toString());
            if (Files.isSymbolicLink(file)) {
                Files.copy(file, target, LinkOption.NOFOLLOW_LINKS);
            } else if (Files.isDirectory(file)) {
                Files.createDirectory(target);
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            } else {
                Files.copy(file, target);
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString(isProgram(file) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        Files.move(root, path(), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Of names, content and what is executable. Reading all of it takes a second, so the answer is kept for as long as no
     * file has been changed or replaced: its change time (unlike the time of its content) cannot be set.
     */
    private synchronized String hash() {
        try {
            var files = files();
            var state = MessageDigest.getInstance("SHA-256");
            for (var file : files) {
                var attributes = Files.readAttributes(file, "unix:size,ctime,ino", LinkOption.NOFOLLOW_LINKS);
                state.update((file + "\0" + new TreeMap<>(attributes) + "\0").getBytes(StandardCharsets.UTF_8));
            }
            var known = folder.resolve(".known-agent-" + hex(state));
            if (Files.exists(known)) {
                return Files.readString(known);
            }
            var hash = hash(files);
            var staged = Files.createTempFile(folder, ".known-agent-", ".staged");
            Files.writeString(staged, hash);
            Files.move(staged, known, StandardCopyOption.ATOMIC_MOVE);
            return hash;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private String hash(List<Path> files) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var file : files) {
                var kind = Files.isSymbolicLink(file)
                        ? "link " + Files.readSymbolicLink(file)
                        : Files.isDirectory(file) ? "folder" : "file " + isProgram(file) + " " + Files.size(file);
                digest.update((source.relativize(file) + "\0" + kind + "\0").getBytes(StandardCharsets.UTF_8));
                if (kind.startsWith("file")) {
                    try (var in = Files.newInputStream(file)) {
                        var buffer = new byte[1 << 16];
                        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                            digest.update(buffer, 0, read);
                        }
                    }
                }
            }
            return hex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(source)) {
            return all.sorted().toList();
        }
    }

    private static boolean isProgram(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_EXECUTE);
    }
}

package dev.clusterbox.image;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The agent's files as a layer over the root file system. They are copied, because machines keep the layer they were made
 * with while a newer agent is built.
 */
final class AgentLayer {

    private final Path source;
    private final Path folder;
    private String hashedState = "";
    private String hash = "";

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

    /** Of names, content and what is executable. Read again only when sizes or times have changed. */
    private synchronized String hash() {
        try {
            var files = files();
            var state = new StringBuilder();
            for (var file : files) {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                state.append(file).append(attributes.size()).append(attributes.lastModifiedTime());
            }
            if (!state.toString().equals(hashedState)) {
                hash = hash(files);
                hashedState = state.toString();
            }
            return hash;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
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

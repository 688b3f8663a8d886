package dev.clusterbox.storage;

import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder of everything that this gateway keeps. Only its owner may look into it. */
@Context
public final class StateFolder {

    private final Path path;

    StateFolder(@Value("${clusterbox.state}") Path path) {
        this.path = path;
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException("clusterbox.state: cannot use " + path, e);
        }
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    /** Writes a file that only its owner can read, all of it or nothing. */
    public Path writeSecret(String name, String content) {
        var target = path.resolve(name);
        try {
            Files.createDirectories(target.getParent());
            var staged = Files.createTempFile(target.getParent(), ".staged", "");
            try (var file = java.nio.channels.FileChannel.open(staged, java.nio.file.StandardOpenOption.WRITE)) {
                file.write(java.nio.ByteBuffer.wrap(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                file.force(true);
            }
            Files.move(
                    staged,
                    target,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.clusterbox.rest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with a secret in it, which only its owner may be able to read. */
public final class SecretFile {

    private SecretFile() {}

    /**
     * What stands in it, without the white space at the end, which editors put there.
     *
     * @param what it is, for messages: {@code token file}
     * @throws IllegalStateException if it cannot be read, or others have any right to it
     */
    public static String read(String what, Path file) {
        try {
            for (var permission : Files.getPosixFilePermissions(file)) {
                if (!permission.name().startsWith("OWNER_")) {
                    throw new IllegalStateException(
                            "%s %s: others have %s (expected: chmod 600)".formatted(what, file, permission));
                }
            }
            return Files.readString(file).stripTrailing();
        } catch (IOException e) {
            throw new IllegalStateException("%s %s: %s (expected: a readable file)".formatted(what, file, e), e);
        }
    }
}

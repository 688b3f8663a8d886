package dev.clusterbox.pki.keystore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the keys are encrypted with. It stands in a file that only its owner can read. */
final class Passphrase {

    private static final int SHORTEST = 16;

    private final byte[] bytes;

    private Passphrase(byte[] bytes) {
        this.bytes = bytes;
    }

    /** One line end at the end of the file does not belong to it: editors put one there. */
    static Passphrase read(Path file) {
        try {
            for (var permission : Files.getPosixFilePermissions(file)) {
                if (!permission.name().startsWith("OWNER_")) {
                    throw new IllegalStateException(
                            "passphrase file %s: others have %s (expected: chmod 600)".formatted(file, permission));
                }
            }
            var bytes = Files.readString(file).stripTrailing().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            if (bytes.length < SHORTEST) {
                throw new IllegalStateException(
                        "passphrase file %s: %d bytes (expected: at least %d)".formatted(file, bytes.length, SHORTEST));
            }
            return new Passphrase(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "passphrase file %s: %s (expected: a readable file with one line)".formatted(file, e), e);
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** Never in a log, whoever prints it. */
    @Override
    public String toString() {
        return "Passphrase";
    }
}

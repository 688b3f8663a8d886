package dev.clusterbox.pki.keystore;

import dev.clusterbox.rest.SecretFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What the keys are encrypted with: from a file that only its owner can read, or from the environment. */
final class Passphrase {

    private static final int SHORTEST = 16;

    private final byte[] bytes;

    private Passphrase(byte[] bytes) {
        this.bytes = bytes;
    }

    static Passphrase read(Path file) {
        return of(SecretFile.read("passphrase file", file), "passphrase file " + file);
    }

    static Passphrase of(String text, String origin) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SHORTEST) {
            throw new IllegalStateException(
                    "%s: %d bytes (expected: at least %d)".formatted(origin, bytes.length, SHORTEST));
        }
        return new Passphrase(bytes);
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

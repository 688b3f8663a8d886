package dev.clusterbox.base;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a file's content comes down to.
 *
 * @param algorithm SHA-256 or SHA-512
 * @param digits hexadecimal, in small letters
 */
public record Checksum(String algorithm, String digits) {

    /** @param text such as {@code sha256:0123…} */
    public static Checksum parse(String text) {
        var lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.matches("sha256:[0-9a-f]{64}")) {
            return new Checksum("SHA-256", lower.substring(7));
        }
        if (lower.matches("sha512:[0-9a-f]{128}")) {
            return new Checksum("SHA-512", lower.substring(7));
        }
        throw Problem.invalid(
                        "clusterbox.virtualbox.base-checksum: '%s' (expected: sha256: and 64 digits, or sha512: and 128)"
                                .formatted(text),
                        "")
                .asException();
    }

    static Checksum of(String algorithm, Path file) throws IOException {
        var digest = digest(algorithm);
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Files.copy(file, out);
        }
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    /** Of a short text, as a name for what it describes. */
    static Checksum of(String text) {
        var digest = digest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return new Checksum("SHA-256", HexFormat.of().formatHex(digest));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A problem if the file has another one. */
    void require(Path file, String from) throws IOException {
        var found = of(algorithm, file);
        if (!found.equals(this)) {
            throw Problem.failed(
                            "%s has the checksum %s (expected: %s)".formatted(from, found, digits),
                            "do not use it: look whether it is another version, or something on the way changes it")
                    .asException();
        }
    }

    /** The name of the list that publishers put beside their files. */
    String listName() {
        return algorithm.replace("-", "") + "SUMS";
    }

    /** Enough of it to tell files apart. */
    String brief() {
        return digits.substring(0, 16);
    }

    @Override
    public String toString() {
        return algorithm + " " + digits;
    }
}

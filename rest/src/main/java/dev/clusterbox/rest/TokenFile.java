package dev.clusterbox.rest;

import dev.clusterbox.rest.Caller.Role;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The one token of a service that only one other service talks to. It stands in a file that only its owner can read. */
public final class TokenFile implements Access {

    private static final int SHORTEST = 32;

    private final String name;
    private final byte[] digest;

    /**
     * @param name who has the token, for logs
     * @throws IllegalStateException if the file cannot be read, is readable by others, or holds less than 32 characters
     */
    public TokenFile(String name, Path file) {
        this.name = name;
        this.digest = sha256(read(file));
    }

    /** The token itself, for the service that presents it. */
    public static String read(Path file) {
        var token = SecretFile.read("token file", file).strip();
        if (token.length() < SHORTEST) {
            throw new IllegalStateException(
                    "token file %s: %d characters (expected: at least %d)".formatted(file, token.length(), SHORTEST));
        }
        return token;
    }

    @Override
    public Optional<Caller> caller(String token, Optional<String> actor) {
        return MessageDigest.isEqual(digest, sha256(token))
                ? Optional.of(new Caller(actor.orElse(name), Role.ADMIN, name))
                : Optional.empty();
    }

    /** Hashes first, so that comparing takes the same time whatever is sent. */
    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

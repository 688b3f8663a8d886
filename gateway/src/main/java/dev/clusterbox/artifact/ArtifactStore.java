package dev.clusterbox.artifact;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.StateFolder;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Binaries and archives, each under its SHA-256. Nothing gets in whose content is not what its name says. */
@Singleton
public final class ArtifactStore {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path store;
    private final Optional<Path> folder;

    /** @param folder where a person has put artifacts, by name; empty where there is none */
    ArtifactStore(StateFolder state, @Value("${clusterbox.artifacts:}") String folder) {
        this.store = state.resolve("artifacts");
        this.folder = folder.isBlank() ? Optional.empty() : Optional.of(Path.of(folder));
    }

    public Optional<Path> find(String sha256) {
        return SHA256.matcher(sha256).matches()
                ? Optional.of(store.resolve(sha256)).filter(Files::isRegularFile)
                : Optional.empty();
    }

    /**
     * Has an artifact in the store, from the folder if need be.
     *
     * @throws dev.clusterbox.problem.ProblemException if it is nowhere, or is not what it should be
     */
    public void stage(String name, String sha256) {
        if (find(sha256).isPresent()) {
            return;
        }
        var source = folder.map(path -> path.resolve(name))
                .filter(Files::isRegularFile)
                .orElseThrow(() -> Problem.failed(
                                "there is no '%s' (SHA-256 %s)".formatted(name, sha256),
                                "put it into a folder and set CLUSTERBOX_ARTIFACTS to that folder")
                        .asException());
        try {
            Files.createDirectories(store);
            var staged = Files.createTempFile(store, name, ".staged");
            try {
                var found = copy(source, staged);
                if (!found.equals(sha256)) {
                    throw Problem.failed(
                                    "%s has the SHA-256 %s (expected: %s)".formatted(source, found, sha256),
                                    "get the file again")
                            .asException();
                }
                Files.move(staged, store.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staged);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String copy(Path source, Path target) throws IOException {
        try (InputStream in = Files.newInputStream(source);
                var digesting = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
            Files.copy(digesting, target, StandardCopyOption.REPLACE_EXISTING);
            return HexFormat.of().formatHex(digesting.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

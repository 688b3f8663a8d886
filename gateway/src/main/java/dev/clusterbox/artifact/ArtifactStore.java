package dev.clusterbox.artifact;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.release.Release;
import dev.clusterbox.storage.StateFolder;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
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

    /** Has what a cluster needs in the store. */
    public Cluster.Artifacts stage(Cluster cluster, Release release, Consumer<String> say) {
        var binaries = new TreeMap<>(cluster.artifacts().binaries());
        for (var name : release.artifacts(cluster)) {
            if (!binaries.containsKey(name)) {
                folder.map(path -> path.resolve(name))
                        .filter(Files::isRegularFile)
                        .ifPresent(source -> binaries.put(name, stage(source)));
            }
        }
        var images = new TreeMap<>(cluster.artifacts().images());
        folder.map(path -> path.resolve("images")).filter(Files::isDirectory).ifPresent(path -> {
            try (var files = Files.newDirectoryStream(path, "*.tar")) {
                files.forEach(file -> images.putIfAbsent(file.getFileName().toString(), stage(file)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        say.accept("%d binaries, %d images".formatted(binaries.size(), images.size()));
        return new Cluster.Artifacts(binaries, images);
    }

    private String stage(Path source) {
        try {
            Files.createDirectories(store);
            var staged = Files.createTempFile(store, "", ".staged");
            try {
                var sha256 = copy(source, staged);
                Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(staged, store.resolve(sha256), StandardCopyOption.ATOMIC_MOVE);
                return sha256;
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

package dev.clusterbox.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which layers the installations need that share a folder of images: a file of each, with the folder of its machines on the first
 * line, and the layers' names on the others. It is in force for as long as that folder is there, whether the service runs or not.
 */
final class Leases {

    private static final String LEASE = ".lease-";

    /** The folder of machines may be on a disk that is only sometimes mounted. */
    private static final Duration AFTER_THE_FOLDER = Duration.ofDays(1);

    private final Path folder;

    Leases(Path folder) {
        this.folder = folder;
    }

    /** Replaces what the holder has said before. */
    synchronized void hold(String holder, Path machines, Collection<Path> layers) {
        var lines = new ArrayList<>(List.of(machines.toString()));
        layers.stream()
                .map(layer -> String.valueOf(layer.getFileName()))
                .sorted()
                .forEach(lines::add);
        try {
            var staged = Files.write(folder.resolve(".staged" + LEASE + holder), lines);
            Files.move(staged, folder.resolve(LEASE + holder), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void release(String holder) {
        try {
            Files.deleteIfExists(folder.resolve(LEASE + holder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of all layers that somebody needs. Leases of installations that are gone are removed. */
    Set<String> held(Instant now) throws IOException {
        var held = new HashSet<String>();
        try (var leases = Files.newDirectoryStream(folder, LEASE + "*")) {
            for (var lease : leases) {
                var lines = Files.readAllLines(lease);
                boolean recent = Files.getLastModifiedTime(lease).toInstant().isAfter(now.minus(AFTER_THE_FOLDER));
                if (recent || (!lines.isEmpty() && Files.isDirectory(Path.of(lines.getFirst())))) {
                    held.addAll(lines);
                } else {
                    Files.deleteIfExists(lease);
                }
            }
        }
        return held;
    }
}

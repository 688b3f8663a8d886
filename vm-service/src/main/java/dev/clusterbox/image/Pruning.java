package dev.clusterbox.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes layers that nobody needs any more. Each build of the agent makes one, of some 80 MB. */
final class Pruning {

    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

    /** A layer is there before there is a machine on it. */
    private static final Duration AGENT = Duration.ofDays(1);

    /** Building one anew takes a minute and downloads what {@link Recipe#DOWNLOAD_MIB} says. */
    private static final Duration BASE = Duration.ofDays(14);

    private final Path folder;
    private final Leases leases;

    Pruning(Path folder, Leases leases) {
        this.folder = folder;
        this.leases = leases;
    }

    /** To be called while nobody builds. What is removed is only taken out of sight; it is swept with what was left unfinished. */
    void run(Instant now) throws IOException {
        prune("agent-*", now.minus(AGENT), now);
        prune("base-*", now.minus(BASE), now);
        try (var known = Files.newDirectoryStream(folder, ".known-agent-*")) {
            for (var file : known) { // kept to save a second
                if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(AGENT))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void prune(String pattern, Instant before, Instant now) throws IOException {
        try (var layers = Files.newDirectoryStream(folder, pattern)) {
            for (var layer : layers) {
                if (changed(layer).isBefore(before) && !isNeeded(layer, now)) {
                    remove(layer, now);
                }
            }
        }
    }

    private boolean isNeeded(Path layer, Instant now) throws IOException {
        return Files.exists(BaseArchive.kept(folder, layer))
                || leases.held(now).contains(String.valueOf(layer.getFileName())) || isMounted(layer);
    }

    private void remove(Path layer, Instant now) throws IOException {
        var gone = folder.resolve(ImageFolder.UNFINISHED + UUID.randomUUID());
        Files.move(layer, gone, StandardCopyOption.ATOMIC_MOVE);
        if (isNeeded(layer, now)) { // somebody took it while we looked
            Files.move(gone, layer, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        LOG.info("removing {}, which no machine needs", layer);
    }

    /** The change time of a folder: when it got its name. The time of its content is set by who packed it. */
    private static Instant changed(Path layer) throws IOException {
        return ((FileTime) Files.getAttribute(layer, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant();
    }

    /** By a machine of whoever it may be, in its own mount namespace. A path has no comma and no colon here. */
    private static boolean isMounted(Path layer) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                if (mounts(process).contains(layer.toString())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String mounts(Path process) {
        try {
            return Files.readString(process.resolve("mounts"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}

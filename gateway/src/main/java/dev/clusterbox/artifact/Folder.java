package dev.clusterbox.artifact;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a person has put artifacts: by their names or the publishers' file names, at the top or one folder below, and
 * archives of images in {@code images}. What is in it runs as root in the machines, so what others could have put there or
 * changed is refused.
 */
final class Folder {

    /** @param listed what SHA256SUMS says its checksum is */
    record Found(Path path, long size, String key, Optional<String> listed) {

        /** Throws if SHA256SUMS says something else. */
        void verify(String sha256) {
            listed.filter(sum -> !sum.equals(sha256)).ifPresent(sum -> {
                throw Problem.invalid(
                                "%s has the checksum %s, SHA256SUMS beside it says %s".formatted(path, sha256, sum),
                                "get the file anew, or correct SHA256SUMS")
                        .asException();
            });
        }
    }

    private static final Pattern SUM = Pattern.compile("(?<sum>[0-9a-fA-F]{64}) [ *](?<name>.+)");
    private static final Pattern IMAGES = Pattern.compile(".+\\.(tar|tar\\.gz|tgz)");
    private static final int OTHERS_MAY_WRITE = 0002;
    private static final int STICKY = 01000;

    private final Path root;
    private final List<Path> subfolders;
    private final Map<Path, String> sums;

    private Folder(Path root, List<Path> subfolders, Map<Path, String> sums) {
        this.root = root;
        this.subfolders = subfolders;
        this.sums = sums;
    }

    static Folder open(Path path) {
        try {
            if (!Files.isDirectory(path)) {
                throw refused("the folder of artifacts is not there: " + path, "name another one, or none");
            }
            var root = path.toRealPath();
            requireSafe(root, attributes(root));
            return new Folder(root, subfolders(root), sums(root));
        } catch (IOException e) {
            throw ArtifactStore.failed("cannot read " + path, e);
        }
    }

    private static List<Path> subfolders(Path root) throws IOException {
        var folders = new ArrayList<Path>();
        try (var entries = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (var entry : entries) {
                if (!entry.getFileName().toString().equals("images")) {
                    folders.add(entry);
                }
            }
        }
        return folders.stream().sorted().toList();
    }

    /** As {@code sha256sum} writes it; lines of other forms are somebody's remarks. */
    private static Map<Path, String> sums(Path root) throws IOException {
        var sums = new TreeMap<Path, String>();
        var file = root.resolve("SHA256SUMS");
        if (!Files.exists(file)) {
            return sums;
        }
        requireSafe(file, attributes(file));
        for (var line : Files.readAllLines(file)) {
            var matcher = SUM.matcher(line);
            if (matcher.matches()) {
                try {
                    sums.put(
                            root.resolve(matcher.group("name")).normalize(),
                            matcher.group("sum").toLowerCase(java.util.Locale.ROOT));
                } catch (InvalidPathException e) {
                    throw refused("%s: '%s' is no name of a file".formatted(file, matcher.group("name")), "correct it");
                }
            }
        }
        return sums;
    }

    /** A plain file of this name; of several below the top, the one in the folder named after the architecture. */
    Optional<Found> find(String name) {
        var top = root.resolve(name);
        if (Files.exists(top, java.nio.file.LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(top)) {
            return Optional.of(found(top));
        }
        var below = subfolders.stream()
                .map(folder -> folder.resolve(name))
                .filter(path -> Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path))
                .toList();
        if (below.size() < 2) {
            return below.stream().findFirst().map(this::found);
        }
        var architecture = root.resolve(Catalogues.architecture()).resolve(name);
        if (below.contains(architecture)) {
            return Optional.of(found(architecture));
        }
        throw refused(
                "'%s' is in %s more than once: %s and %s".formatted(name, root, below.get(0), below.get(1)),
                "leave the one that is meant");
    }

    /** Archives of images. */
    List<Found> images() {
        var images = root.resolve("images");
        if (!Files.isDirectory(images)) {
            return List.of();
        }
        try (var files = Files.list(images)) {
            return files.filter(file ->
                            IMAGES.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .map(this::found)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Found found(Path path) {
        try {
            var real = Files.exists(path) ? path.toRealPath() : path;
            if (!real.startsWith(root) || !Files.isRegularFile(real)) {
                throw refused(
                        real.startsWith(root)
                                ? path + " is no plain file"
                                : "%s leads out of the folder by a link, to %s".formatted(path, real),
                        "put the file itself there");
            }
            for (var folder = real.getParent();
                    folder != null && folder.startsWith(root);
                    folder = folder.getParent()) {
                requireSafe(folder, attributes(folder));
            }
            var attributes = attributes(real);
            requireSafe(real, attributes);
            // With the time of change, which a tool that copies times back cannot set.
            var key = "%s %s %s %s %s"
                    .formatted(
                            real.toUri().getRawPath(),
                            attributes.get("size"),
                            attributes.get("lastModifiedTime"),
                            attributes.get("ctime"),
                            attributes.get("ino"));
            return new Found(
                    path,
                    (long) Objects.requireNonNull(attributes.get("size")),
                    key,
                    Optional.ofNullable(sums.get(path)));
        } catch (IOException e) {
            throw ArtifactStore.failed("cannot read " + path, e);
        }
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:mode,size,lastModifiedTime,ctime,ino");
    }

    private static void requireSafe(Path path, Map<String, Object> attributes) {
        int mode = (int) Objects.requireNonNull(attributes.get("mode"));
        if ((mode & OTHERS_MAY_WRITE) != 0 && !(Files.isDirectory(path) && (mode & STICKY) != 0)) {
            throw refused("everybody on this computer may change " + path, "chmod o-w " + path);
        }
    }

    private static RuntimeException refused(String message, String hint) {
        return Problem.invalid(message, hint).asException();
    }
}

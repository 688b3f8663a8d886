package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.operation.Confinement.Purpose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A path that an operation may touch; only {@link Confinement} makes one. */
public final class Target {

    private final Confinement confinement;
    private final Purpose purpose;
    private final Path path;

    Target(Confinement confinement, Purpose purpose, Path path) {
        this.confinement = confinement;
        this.purpose = purpose;
        this.path = path;
    }

    /**
     * Where it lies now. No folder on the way may be a link that leads to where the operation would not be allowed; the last
     * part may be a link, which will be replaced, not followed.
     */
    Path in(Path root) throws IOException {
        var lexical = root.resolve(path.toString().substring(1));
        var parent = lexical.getParent();
        if (parent == null) {
            throw Confinement.refused("path: %s (expected: below a folder)".formatted(path));
        }
        var real = real(parent).resolve(path.getFileName());
        var realRoot = root.toRealPath();
        if (!real.startsWith(realRoot)
                || !confinement.allows(purpose, Path.of("/").resolve(realRoot.relativize(real)))) {
            throw Confinement.refused("path: %s leads to %s by a link".formatted(path, real));
        }
        return real;
    }

    /** As {@link #in}, with the folders above made where they are not there. */
    Path prepared(Path root) throws IOException {
        var real = in(root);
        Files.createDirectories(real.getParent());
        return real;
    }

    private Path real(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                return folder.toRealPath();
            } catch (NoSuchFileException e) {
                throw Confinement.refused("path: %s passes a link that leads nowhere".formatted(path));
            }
        }
        var parent = folder.getParent();
        return parent == null ? folder : real(parent).resolve(folder.getFileName());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Target target && path.equals(target.path) && purpose == target.purpose;
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    /** As the gateway named it. */
    @Override
    public String toString() {
        return path.toString();
    }
}

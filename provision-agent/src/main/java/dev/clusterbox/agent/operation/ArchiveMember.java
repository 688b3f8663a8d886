package dev.clusterbox.agent.operation;

import dev.clusterbox.problem.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** The names in an archive: relative, and inside the folder it is unpacked into, or refused. */
final class ArchiveMember {

    private ArchiveMember() {}

    /** The name without its first parts; empty where nothing is left of it. */
    static Optional<Path> stripped(TarArchiveEntry entry, int strip) {
        return stripped(entry.getName(), strip);
    }

    static Optional<Path> stripped(String name, int strip) {
        var path = Path.of(inside(name));
        return path.getNameCount() > strip && !path.toString().isEmpty()
                ? Optional.of(path.subpath(strip, path.getNameCount()))
                : Optional.empty();
    }

    static String inside(String name) {
        try {
            var path = Path.of(name);
            boolean climbs = false;
            for (var part : path) {
                climbs |= part.toString().equals("..");
            }
            if (!path.isAbsolute() && !climbs && name.chars().noneMatch(Character::isISOControl)) {
                return path.normalize().toString();
            }
        } catch (InvalidPathException e) {
            // A NUL character; refused below.
        }
        throw refused("the member '%s' leads out of the archive".formatted(name));
    }

    /** A link may point to what lies in the same folder or below the archive's, by a relative path. */
    static Path linkTarget(TarArchiveEntry entry, Path name) {
        var link = Path.of(entry.getLinkName());
        var parent = name.getParent();
        var reached = (parent == null ? link : parent.resolve(link)).normalize();
        if (link.isAbsolute() || reached.startsWith("..") || reached.toString().isEmpty()) {
            throw refused("the link '%s' leads out of the archive, to '%s'".formatted(name, entry.getLinkName()));
        }
        return link;
    }

    static RuntimeException refused(String message) {
        return Problem.invalid(message, "use an archive that stays inside its folder")
                .asException();
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The gateway's folder of binaries and image archives. Machines see it read-only, so that installing a binary is a link. It
 * is made when it is not there: what a machine sees is the folder that was there when it started.
 */
record ArtifactStore(Path folder) {

    /** Where machines see it. */
    static final String INSIDE = "/opt/clusterbox/artifacts";

    static ArtifactStore at(Path folder) {
        return new ArtifactStore(folder.toAbsolutePath().normalize());
    }

    /** Returns its real path; a mount follows no link that is laid into the way afterwards. */
    Path ready() {
        try {
            make(folder);
            var real = folder.toRealPath();
            if (!Files.isDirectory(real) || !Requirements.isMountable(real)) {
                throw Problem.failed(
                                "%s is no folder that can be mounted".formatted(real),
                                "set clusterbox.artifact-store to one, without blanks, colons, commas or quotes in its path")
                        .asException();
            }
            return real;
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the folder of artifacts could not be made: " + e,
                            "look at clusterbox.artifact-store, and who may write there"),
                    e);
        }
    }

    /** A folder belongs to whom the one that it is made in belongs: the gateway need not be root, and is to write there. */
    private static void make(Path folder) throws IOException {
        var parent = folder.getParent();
        if (parent == null || Files.exists(folder)) {
            return;
        }
        make(parent);
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            return; // another machine's start, or the gateway, was first; a link to nowhere is found out by its real
            // path
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
        for (var who : new String[] {"unix:uid", "unix:gid"}) {
            Files.setAttribute(folder, who, Files.getAttribute(parent, who), LinkOption.NOFOLLOW_LINKS);
        }
    }
}

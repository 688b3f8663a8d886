package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Mounts;
import dev.clusterbox.agent.file.Mounts.Mount;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Files by their checksum: from the folder that came with the machine, else from the gateway. Where that folder is mounted
 * read-only, a file's name is taken for its checksum: the gateway has checked it on its way into the store, and nobody on
 * this machine can have changed it since.
 */
final class Artifacts {

    static final String FOLDER = "/opt/clusterbox/artifacts";

    private final Machine machine;
    private final Gateway gateway;
    private final Digests digests;

    Artifacts(Machine machine, Gateway gateway, Digests digests) {
        this.machine = machine;
        this.gateway = gateway;
        this.digests = digests;
    }

    /** What a link to the artifact says, where one will do for a file of this mode. */
    Optional<Path> linkable(Sha256 artifact, Mode mode) throws IOException {
        var local = local(artifact);
        return isLocal(local)
                        && Mode.of(local).equals(mode)
                        && readOnlyMount(local).filter(Mount::isExecutable).isPresent()
                ? Optional.of(target(artifact))
                : Optional.empty();
    }

    static Path target(Sha256 artifact) {
        return Path.of(FOLDER, artifact.hex());
    }

    /** Whether it is a link that this agent has made to an artifact. */
    static boolean isLink(Path path) throws IOException {
        return Files.isSymbolicLink(path) && Files.readSymbolicLink(path).startsWith(FOLDER);
    }

    /** Fills the staged file, or throws: what comes back has the checksum. */
    void stage(Sha256 artifact, Mode mode, StagedFile staged) throws IOException, InterruptedException {
        var file = readable(artifact, staged);
        if (!file.equals(staged.path())) {
            linkOrCopy(file, mode, staged.path());
        }
    }

    /** A file to read only, which has the checksum: the local one, else the staged one, filled by the gateway. */
    Path readable(Sha256 artifact, StagedFile staged) throws IOException, InterruptedException {
        var local = local(artifact);
        if (isLocal(local)) {
            if (readOnlyMount(local).isEmpty()) {
                check(digests.of(local), artifact, local.toString(), "build the machine's artifact folder again");
            }
            return local;
        }
        try (var out = staged.open()) {
            gateway.fetch(artifact, out);
        }
        check(Sha256.of(staged.path()), artifact, "what the gateway sent", "check the gateway's artifact store");
        return staged.path();
    }

    private Path local(Sha256 artifact) {
        return machine.at(target(artifact).toString());
    }

    private static boolean isLocal(Path local) {
        return Files.isRegularFile(local, LinkOption.NOFOLLOW_LINKS);
    }

    /** Empty, too, where a link is on the way: what lies behind it may change with it. */
    private Optional<Mount> readOnlyMount(Path local) throws IOException {
        var inside = machine.root().toRealPath().relativize(local.toRealPath());
        var path = Path.of("/").resolve(inside);
        return path.startsWith(FOLDER)
                ? Mounts.read(machine.at("/proc/self/mountinfo")).of(path).filter(Mount::isReadOnly)
                : Optional.empty();
    }

    /** A link shares mode and owner with the store, which must not be changed: it is made where they fit. */
    private static void linkOrCopy(Path local, Mode mode, Path staged) throws IOException {
        if (Mode.of(local).equals(mode) && Owner.ROOT.owns(local)) {
            Files.delete(staged);
            try {
                Files.createLink(staged, local);
                return;
            } catch (FileSystemException e) {
                // Another file system: a read-only mount, for example. It is copied.
            }
        }
        Files.copy(local, staged, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void check(Sha256 found, Sha256 wanted, String what, String hint) {
        if (!found.equals(wanted)) {
            throw Problem.failed(
                            "%s has the checksum %s (expected: %s); nothing was installed"
                                    .formatted(what, found, wanted),
                            hint)
                    .asException();
        }
    }
}

package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
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

/** Files by their checksum: from the folder that came with the machine, else from the gateway. */
final class Artifacts {

    static final String FOLDER = "/opt/clusterbox/artifacts";

    private final Path folder;
    private final Gateway gateway;
    private final Digests digests;

    Artifacts(Path root, Gateway gateway, Digests digests) {
        this.folder = root.resolve(FOLDER.substring(1));
        this.gateway = gateway;
        this.digests = digests;
    }

    /** Fills the staged file, or throws: what comes back has the checksum. */
    void stage(Sha256 artifact, Mode mode, StagedFile staged) throws IOException, InterruptedException {
        var local = folder.resolve(artifact.hex());
        if (Files.isRegularFile(local, LinkOption.NOFOLLOW_LINKS)) {
            check(digests.of(local), artifact, local.toString(), "build the machine's artifact folder again");
            linkOrCopy(local, mode, staged.path());
            return;
        }
        try (var out = staged.open()) {
            gateway.fetch(artifact, out);
        }
        check(Sha256.of(staged.path()), artifact, "what the gateway sent", "check the gateway's artifact store");
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

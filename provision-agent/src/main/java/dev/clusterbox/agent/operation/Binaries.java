package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.InstallBinary;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Executables, each one file, or a link to one that nobody here can change. */
final class Binaries {

    private final Path root;
    private final Artifacts artifacts;
    private final Digests digests;

    Binaries(Path root, Artifacts artifacts, Digests digests) {
        this.root = root;
        this.artifacts = artifacts;
        this.digests = digests;
    }

    Plan install(InstallBinary wanted) throws IOException {
        var path = wanted.path().in(root);
        var link = artifacts.linkable(wanted.sha256(), wanted.mode());
        return link.isPresent() ? link(wanted, path, link.get()) : file(wanted, path);
    }

    private Plan link(InstallBinary wanted, Path path, Path target) throws IOException {
        if (Files.isSymbolicLink(path) && Files.readSymbolicLink(path).equals(target)) {
            return new Satisfied(wanted.path() + " is a link to this artifact");
        }
        return new Needed("installed " + wanted.path(), "ln -sfn %s %s".formatted(target, wanted.path()), () -> {
            var prepared = wanted.path().prepared(root);
            PlainFiles.refuseFolder(prepared, wanted.path());
            StagedFile.link(prepared, target);
        });
    }

    private Plan file(InstallBinary wanted, Path path) throws IOException {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Mode.of(path).equals(wanted.mode())
                && Owner.ROOT.owns(path)
                && digests.of(path).equals(wanted.sha256())) {
            return new Satisfied(wanted.path() + " has this checksum");
        }
        return new Needed(
                "installed " + wanted.path(),
                "install -m %s %s %s".formatted(wanted.mode(), Artifacts.target(wanted.sha256()), wanted.path()),
                () -> install(wanted, wanted.path().prepared(root)));
    }

    private void install(InstallBinary wanted, Path path) throws IOException, InterruptedException {
        PlainFiles.refuseFolder(path, wanted.path());
        try (var staged = StagedFile.beside(path)) {
            artifacts.stage(wanted.sha256(), wanted.mode(), staged);
            staged.commit(wanted.mode(), Owner.ROOT);
        }
    }
}

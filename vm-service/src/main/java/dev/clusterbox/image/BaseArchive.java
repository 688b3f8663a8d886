package dev.clusterbox.image;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the root file system to a computer that cannot build it: a compressed tar archive, whose first member says what it is
 * made of. There it stands in the place of what would have been built, and is not pruned by its age.
 */
public final class BaseArchive {

    /** The first member. Which mirror the packages came from is not in it: another computer has another. */
    static final String IDENTITY = "clusterbox-base";

    private static final Logger LOG = LoggerFactory.getLogger(BaseArchive.class);

    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Path folder;
    private final CommandRunner host;
    private final ImageFolder shared;
    private final BaseImage base;

    BaseArchive(Path folder, CommandRunner host) {
        this.folder = folder;
        this.host = host;
        this.shared = new ImageFolder(folder, host);
        this.base = new BaseImage(folder, host);
    }

    /**
     * The archive, compressed; close it. Nothing of it stays on the disk.
     *
     * @throws dev.clusterbox.problem.ProblemException if there is no image yet
     */
    public InputStream open() throws IOException, InterruptedException {
        var opened = new AtomicReference<@Nullable InputStream>();
        shared.alone(() -> {
            var root = base.of(Recipe.ofThisHost());
            if (!Files.isDirectory(root)) {
                throw Problem.conflict("the machines' image is not built yet", "./clusterbox prepare")
                        .asException();
            }
            var scratch = scratch();
            Files.writeString(scratch.resolve(IDENTITY), Recipe.ofThisHost().identity());
            var file = scratch.resolve("archive");
            // A machine has devices of its own.
            host.run(Command.of(
                                    "tar",
                                    "--create",
                                    "--use-compress-program=gzip -1",
                                    "--numeric-owner",
                                    "--xattrs",
                                    "--xattrs-include=*",
                                    "--one-file-system",
                                    "--exclude=./dev/*",
                                    "--file=" + file,
                                    "--directory=" + scratch,
                                    IDENTITY,
                                    "--directory=" + root,
                                    ".")
                            .within(LIMIT))
                    .orFail();
            // It stays readable after the folder is swept.
            opened.set(Files.newInputStream(file));
        });
        return Objects.requireNonNull(opened.get());
    }

    /**
     * Takes an archive in, unless an image is there already. What is in it runs as root in the machines: whoever made it is
     * trusted; it must be whole, of this version and architecture, and stay in its folder.
     *
     * @param archive a file on this computer
     * @return whether it was taken
     */
    public boolean adopt(Path archive, String sha256) throws IOException, InterruptedException {
        if (!archive.isAbsolute() || !Files.isRegularFile(archive, LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.invalid("path: there is no plain file %s".formatted(archive), "name it by its absolute path")
                    .asException();
        }
        var taken = new AtomicBoolean();
        shared.alone(() -> {
            var recipe = Recipe.ofThisHost();
            if (Files.isDirectory(base.of(recipe))) {
                return;
            }
            var scratch = scratch();
            // A copy of our own: what is checked is what is unpacked.
            var copy = scratch.resolve("archive");
            ArchiveCheck.copy(archive, copy, sha256);
            ArchiveCheck.requireHarmless(copy, recipe.identity());
            unpack(copy, scratch.resolve("root"), recipe);
            taken.set(true);
        });
        return taken.get();
    }

    private void unpack(Path archive, Path root, Recipe recipe) throws IOException, InterruptedException {
        Files.createDirectory(root);
        host.run(Command.of(List.of(
                                "tar",
                                "--extract",
                                "--gzip",
                                "--numeric-owner",
                                "--same-owner",
                                "--preserve-permissions",
                                "--xattrs",
                                "--xattrs-include=*",
                                "--exclude=" + IDENTITY,
                                "--file=" + archive,
                                "--directory=" + root))
                        .within(LIMIT))
                .orFail();
        if (!Files.isRegularFile(root.resolve("usr/lib/systemd/systemd"), LinkOption.NOFOLLOW_LINKS)) {
            throw Problem.invalid("the archive has no systemd in it", "get the bundle anew").asException();
        }
        host.run(Command.of("sync", "--file-system", root.toString()).within(LIMIT))
                .orFail();
        Files.writeString(kept(folder, base.of(recipe)), "");
        Files.move(root, base.of(recipe), StandardCopyOption.ATOMIC_MOVE);
        LOG.info("took {} from {}", base.of(recipe), archive);
    }

    /** Marks an image that may not go by its age: it could not be built again. */
    static Path kept(Path folder, Path image) {
        return folder.resolve(".kept-" + image.getFileName());
    }

    private Path scratch() throws IOException {
        return Files.createDirectory(folder.resolve(ImageFolder.UNFINISHED + UUID.randomUUID()));
    }
}

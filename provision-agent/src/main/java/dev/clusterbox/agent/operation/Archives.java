package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.UnpackArchive;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.process.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Archives, unpacked into a folder. A list of what came out is kept, with each file's size and time, so that a second run
 * need not open the archive to see that all is still there.
 */
final class Archives {

    private final Machine machine;
    private final Artifacts artifacts;

    Archives(Machine machine, Artifacts artifacts) {
        this.machine = machine;
        this.artifacts = artifacts;
    }

    Plan unpack(UnpackArchive wanted) throws IOException {
        var directory = wanted.directory().in(machine.root());
        if (isAsUnpacked(wanted, directory)) {
            return new Satisfied("%s has what is in %s".formatted(wanted.directory(), shortened(wanted)));
        }
        return new Needed(
                "unpacked %s into %s".formatted(shortened(wanted), wanted.directory()),
                typed(wanted),
                () -> unpack(wanted, wanted.directory().prepared(machine.root())));
    }

    private void unpack(UnpackArchive wanted, Path directory) throws IOException, InterruptedException {
        // A folder that is a link would move the files elsewhere: made if it is not there, refused if it is no folder.
        if (Files.isSymbolicLink(directory)) {
            throw ArchiveMember.refused(wanted.directory() + " is a link (expected: a folder)");
        }
        Files.createDirectories(directory);
        var staging = directory.resolve(".clusterbox-unpacking");
        remove(staging);
        Files.createDirectory(staging);
        try (var archive = StagedFile.beside(staging.resolve("archive"))) {
            var readable = artifacts.readable(wanted.sha256(), archive);
            var files = Files.createDirectory(staging.resolve("files"));
            var names = new Unpacking(wanted, files, Unpacking.LARGEST).read(readable);
            for (var name : names) {
                moveInto(directory, files, name);
            }
            remember(wanted, directory, names);
        } finally {
            remove(staging);
        }
    }

    private static void moveInto(Path directory, Path files, Path name) throws IOException {
        var target = directory.resolve(name);
        var folder = Files.createDirectories(StagedFile.folderOf(target));
        if (!folder.toRealPath().startsWith(directory)) {
            throw ArchiveMember.refused("%s leads out of %s by a link".formatted(folder, directory));
        }
        Files.move(files.resolve(name), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void remember(UnpackArchive wanted, Path directory, List<Path> names) throws IOException {
        var lines = new StringBuilder();
        for (var name : names) {
            lines.append(line(directory, name.toString())).append('\n');
        }
        var memory = memory(wanted);
        Files.createDirectories(memory.getParent());
        StagedFile.write(memory, lines.toString().getBytes(StandardCharsets.UTF_8), Mode.PRIVATE, Owner.ROOT);
    }

    private boolean isAsUnpacked(UnpackArchive wanted, Path directory) throws IOException {
        var memory = memory(wanted);
        if (!Files.exists(memory)) {
            return false;
        }
        for (var line : Files.readAllLines(memory)) {
            var fields = line.split("\t", 3);
            if (fields.length != 3 || !line(directory, fields[2]).equals(line)) {
                return false;
            }
        }
        return true;
    }

    /** Size, time and name of a file as it is now. */
    private static String line(Path directory, String name) throws IOException {
        var path = directory.resolve(name);
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? "%s\t%s\t%s"
                        .formatted(
                                Files.readAttributes(path, "size", LinkOption.NOFOLLOW_LINKS)
                                        .get("size"),
                                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS),
                                name)
                : "absent";
    }

    private Path memory(UnpackArchive wanted) {
        var what = "%s %s %d %s".formatted(wanted.directory(), wanted.sha256(), wanted.strip(), wanted.members());
        return machine.state().resolve("archives").resolve(Sha256.of(what).hex());
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String shortened(UnpackArchive wanted) {
        return "the archive %s…".formatted(wanted.sha256().hex().substring(0, 12));
    }

    private static String typed(UnpackArchive wanted) {
        var argv = new ArrayList<>(List.of("tar", "-C", wanted.directory().toString(), "--no-same-owner", "-xf"));
        argv.add(Artifacts.FOLDER + "/" + wanted.sha256());
        if (wanted.strip() > 0) {
            argv.add("--strip-components=" + wanted.strip());
        }
        argv.addAll(wanted.members());
        return Shell.line(argv);
    }
}

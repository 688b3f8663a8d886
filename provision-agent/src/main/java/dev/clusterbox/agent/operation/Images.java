package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.ImportImage;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.process.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * Container images, from archives into containerd. What an archive brought is remembered, name and digest, and compared with
 * what containerd has now: its folder may have been emptied, or an image removed to make room.
 */
final class Images {

    private final Machine machine;
    private final Artifacts artifacts;
    private final Ctr ctr;

    Images(Machine machine, Artifacts artifacts, Ctr ctr) {
        this.machine = machine;
        this.artifacts = artifacts;
        this.ctr = ctr;
    }

    Plan load(ImportImage wanted) throws IOException, InterruptedException {
        if (isThere(wanted)) {
            return new Satisfied("the image %s is imported".formatted(wanted.name()));
        }
        return new Needed(
                "imported the image " + wanted.name(),
                "%s %s".formatted(Shell.line(Ctr.IMPORT), Artifacts.target(wanted.sha256())),
                () -> importIt(wanted));
    }

    /** Without a memory nothing is asked: a dry run may come before containerd does. */
    private boolean isThere(ImportImage wanted) throws IOException, InterruptedException {
        var memory = memory(wanted);
        if (!Files.exists(memory)) {
            return false;
        }
        var brought = Files.readAllLines(memory);
        return !brought.isEmpty() && lines(ctr.images()).containsAll(brought);
    }

    private void importIt(ImportImage wanted) throws IOException, InterruptedException {
        var memory = memory(wanted);
        Files.deleteIfExists(memory);
        var before = lines(ctr.images());
        var printed = importFrom(wanted);
        var after = ctr.images();
        // Nothing is found where the images were there already and the names were not printed: imported again next
        // time.
        var brought = after.entrySet().stream()
                .filter(it -> printed.contains(it.getKey()) || !before.contains(line(it)))
                .map(Images::line)
                .sorted()
                .collect(Collectors.joining("\n"));
        Files.createDirectories(memory.getParent());
        StagedFile.write(memory, brought.getBytes(StandardCharsets.UTF_8), Mode.PRIVATE, Owner.ROOT);
    }

    private Set<String> importFrom(ImportImage wanted) throws IOException, InterruptedException {
        var folder = Files.createDirectories(machine.state().resolve("importing"));
        // A loss of power may have left some hundred megabytes.
        try (var left = Files.newDirectoryStream(folder)) {
            for (var file : left) {
                Files.delete(file);
            }
        }
        try (var staged = StagedFile.beside(folder.resolve(wanted.sha256().hex()));
                var plain = StagedFile.beside(folder.resolve("plain"))) {
            var archive = artifacts.readable(wanted.sha256(), staged);
            return ctr.importFrom(isGzip(archive) ? unzipped(archive, plain) : archive);
        }
    }

    private static boolean isGzip(Path archive) throws IOException {
        try (var in = Files.newInputStream(archive)) {
            return in.read() == 0x1f && in.read() == 0x8b;
        }
    }

    /** For containerd 1.6, whose ctr reads plain archives only. */
    private static Path unzipped(Path archive, StagedFile plain) throws IOException {
        long size = 0;
        try (var in = new GZIPInputStream(Files.newInputStream(archive), 64 * 1024);
                var out = plain.open()) {
            var buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > Unpacking.LARGEST) {
                    throw ArchiveMember.refused("the archive is larger than %d MiB".formatted(Unpacking.LARGEST >> 20));
                }
                out.write(buffer, 0, n);
            }
        }
        return plain.path();
    }

    private static Set<String> lines(Map<String, String> images) {
        return images.entrySet().stream().map(Images::line).collect(Collectors.toSet());
    }

    private static String line(Map.Entry<String, String> image) {
        return image.getValue() + " " + image.getKey();
    }

    private Path memory(ImportImage wanted) {
        return machine.state().resolve("images").resolve(wanted.sha256().hex());
    }
}

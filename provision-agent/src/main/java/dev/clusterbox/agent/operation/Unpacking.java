package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.UnpackArchive;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads an archive into an empty folder of its own, where a name can meet nothing but what the archive itself made. What is
 * no plain file, folder or inward link ends it.
 */
final class Unpacking {

    /** A Kubernetes server archive has 1.5 GiB and some hundred members. */
    static final long LARGEST = 4L << 30;

    static final int MOST = 50_000;

    private final UnpackArchive wanted;
    private final Path staging;
    private final long largest;
    private final Set<Path> files = new LinkedHashSet<>();
    private long unpacked;

    Unpacking(UnpackArchive wanted, Path staging, long largest) {
        this.wanted = wanted;
        this.staging = staging;
        this.largest = largest;
    }

    /** Returns the files and links, relative to the folder, in the archive's order. */
    List<Path> read(Path archive) throws IOException {
        try (var file = new BufferedInputStream(Files.newInputStream(archive), 64 * 1024);
                var tar = new TarArchiveInputStream(plain(file))) {
            int members = 0;
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++members > MOST) {
                    throw ArchiveMember.refused("the archive has more than %d members".formatted(MOST));
                }
                take(tar, entry);
            }
        }
        var missing = wanted.members().stream()
                .filter(member -> files.stream().noneMatch(file -> file.startsWith(member)))
                .toList();
        if (!missing.isEmpty()) {
            throw ArchiveMember.refused("the archive does not have %s".formatted(String.join(", ", missing)));
        }
        return List.copyOf(files);
    }

    private static InputStream plain(BufferedInputStream file) throws IOException {
        file.mark(2);
        boolean gzip = file.read() == 0x1f && file.read() == 0x8b;
        file.reset();
        return gzip ? new GZIPInputStream(file, 64 * 1024) : file;
    }

    private void take(TarArchiveInputStream tar, TarArchiveEntry entry) throws IOException {
        var stripped = ArchiveMember.stripped(entry, wanted.strip());
        if (stripped.isEmpty() || !isWanted(stripped.get())) {
            return;
        }
        var name = stripped.get();
        var path = staging.resolve(name);
        if (entry.isDirectory()) {
            makeFolders(path, name);
            return;
        }
        makeFolders(StagedFile.folderOf(path), name);
        Files.deleteIfExists(path);
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, ArchiveMember.linkTarget(entry, name));
        } else if (entry.isLink()) {
            link(path, name, entry);
        } else if (isPlainFile(entry)) {
            write(tar, entry, path);
        } else {
            throw ArchiveMember.refused("the member '%s' is neither a file, a folder nor a link".formatted(name));
        }
        files.add(name);
    }

    /** By its type: the library's own {@code isFile} is true for a device, too. */
    private static boolean isPlainFile(TarArchiveEntry entry) {
        var type = entry.getLinkFlag();
        return (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM) && !entry.isSparse();
    }

    private boolean isWanted(Path name) {
        return wanted.members().isEmpty() || wanted.members().stream().anyMatch(name::startsWith);
    }

    /** One by one: an archive may make a link first and then name something behind it. */
    private void makeFolders(Path folder, Path name) throws IOException {
        var made = staging;
        for (var part : staging.relativize(folder)) {
            if (part.toString().isEmpty()) {
                return;
            }
            made = made.resolve(part);
            if (!Files.exists(made, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(made);
            } else if (!Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
                throw ArchiveMember.refused("the member '%s' passes a link".formatted(name));
            }
        }
    }

    private void link(Path path, Path name, TarArchiveEntry entry) throws IOException {
        var target = ArchiveMember.stripped(entry.getLinkName(), wanted.strip()).orElse(Path.of(""));
        if (!files.contains(target) || !Files.isRegularFile(staging.resolve(target), LinkOption.NOFOLLOW_LINKS)) {
            throw ArchiveMember.refused(
                    "the hard link '%s' names no file before it: '%s'".formatted(name, entry.getLinkName()));
        }
        Files.createLink(path, staging.resolve(target));
    }

    private void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        try (var out = Files.newOutputStream(path)) {
            var buffer = new byte[64 * 1024];
            for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
                unpacked += n;
                if (unpacked > largest) {
                    throw ArchiveMember.refused("the archive is larger than %d MiB".formatted(largest >> 20));
                }
                out.write(buffer, 0, n);
            }
        }
        Owner.ROOT.give(path);
        // Neither set-user-id nor writable for others, whatever the archive says.
        new Mode((entry.getMode() & 0755) | 0400).set(path);
        StagedFile.force(path);
    }
}

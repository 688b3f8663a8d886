package dev.clusterbox.bake;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * What goes into an image, as one archive. Modes and times are kept: the agent's Java checks the times of its jars against its
 * start-up cache. Everything belongs to root.
 *
 * @param agent the agent's tree, as it is laid at {@code /}
 * @param artifacts the artifact store; what is not in it the agent will fetch
 */
public record Payload(Path agent, Optional<Path> artifacts) {

    /** Where the agent looks for artifacts. */
    private static final String STORE = "opt/clusterbox/artifacts/";

    private static final Pattern ARTIFACT = Pattern.compile("[0-9a-f]{64}");

    /** Older than anything that is compared with it, and the same in each bake. */
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    /**
     * One member of the archive.
     *
     * @param mode including the kind of file (inode(7))
     * @param link where a symbolic link leads; else empty
     * @param source of a file's content; else empty
     */
    record Item(String name, int mode, FileTime time, long size, String link, Optional<Source> source) {}

    /** Opens a file's content. */
    interface Source {
        InputStream open() throws IOException;
    }

    /** In an order in which folders come before what is in them. */
    List<Item> items() {
        var items = new ArrayList<Item>();
        if (!Files.isDirectory(agent)) {
            throw Problem.unavailable(
                            "the agent's files are not at %s".formatted(agent),
                            "build provision-agent, or set clusterbox.agent-image")
                    .asException();
        }
        try {
            for (var path : below(agent)) {
                items.add(item(agent.relativize(path).toString(), path));
            }
            GuestFile.all().forEach(file -> items.addAll(file.items(LONG_AGO)));
            items.add(folder("var/lib/clusterbox/", 0700));
            items.add(folder(STORE, 0755));
            for (var path : stored()) {
                items.add(item(STORE + path.getFileName(), path));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return withoutRepeatedFolders(items);
    }

    static Item folder(String name, int mode) {
        return new Item(name, 040000 | mode, LONG_AGO, 0, "", Optional.empty());
    }

    private static List<Item> withoutRepeatedFolders(List<Item> items) {
        Set<String> names = new HashSet<>();
        return items.stream().filter(item -> names.add(item.name())).toList();
    }

    private static List<Path> below(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder)).sorted().toList();
        }
    }

    /** Those that are whole: what is being written has another name. */
    private List<Path> stored() throws IOException {
        if (artifacts.isEmpty() || !Files.isDirectory(artifacts.get())) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(artifacts.get())) {
            return all.filter(path ->
                            ARTIFACT.matcher(path.getFileName().toString()).matches())
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    private static Item item(String name, Path path) throws IOException {
        var time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
        if (Files.isSymbolicLink(path)) {
            return new Item(name, 0120777, time, 0, Files.readSymbolicLink(path).toString(), Optional.empty());
        }
        if (Files.isDirectory(path)) {
            return new Item(name + "/", 040755, time, 0, "", Optional.empty());
        }
        boolean program = Files.getPosixFilePermissions(path).contains(PosixFilePermission.OWNER_EXECUTE);
        return new Item(
                name,
                program ? 0100755 : 0100644,
                time,
                Files.size(path),
                "",
                Optional.of(() -> Files.newInputStream(path)));
    }

    static long bytes(List<Item> items) {
        return items.stream().mapToLong(Item::size).sum();
    }

    /**
     * Writes the archive, which is as long as what is in it and a little more: nothing is compressed on the way to this computer.
     *
     * @param written sees how many bytes of content have been written so far
     */
    static void write(List<Item> items, OutputStream out, LongConsumer written) throws IOException {
        var tar = new TarArchiveOutputStream(out);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        var buffer = new byte[1 << 16];
        long sum = 0;
        for (var item : items) {
            tar.putArchiveEntry(entry(item));
            if (item.source().isPresent()) {
                var source = item.source().get();
                try (var in = RemoteCommand.ours(source::open)) {
                    long left = item.size();
                    while (left > 0) {
                        int most = (int) Math.min(buffer.length, left);
                        int read = RemoteCommand.ours(() -> in.read(buffer, 0, most));
                        if (read < 0) {
                            RemoteCommand.ours(() -> {
                                throw new IOException(item.name() + " has become shorter");
                            });
                        }
                        tar.write(buffer, 0, read);
                        left -= read;
                        sum += read;
                        written.accept(sum);
                    }
                }
            }
            tar.closeArchiveEntry();
        }
        tar.finish();
        tar.flush();
    }

    private static TarArchiveEntry entry(Item item) {
        var entry = item.link().isEmpty()
                ? new TarArchiveEntry(item.name())
                : new TarArchiveEntry(item.name(), TarConstants.LF_SYMLINK);
        entry.setLinkName(item.link());
        entry.setMode(item.mode());
        entry.setSize(item.size());
        // In whole seconds, as Java compares them: fractions would need an extended header for each.
        entry.setLastModifiedTime(FileTime.fromMillis(item.time().toMillis() / 1000 * 1000));
        entry.setIds(0, 0);
        entry.setNames("root", "root");
        return entry;
    }
}

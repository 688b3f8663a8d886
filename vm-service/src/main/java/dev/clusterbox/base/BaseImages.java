package dev.clusterbox.base;

import dev.clusterbox.base.BaseSource.Local;
import dev.clusterbox.base.BaseSource.Published;
import dev.clusterbox.fetch.ChecksumList;
import dev.clusterbox.fetch.Http;
import dev.clusterbox.fetch.Transfer;
import dev.clusterbox.fetch.Unavailable;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * Has a base on this computer, as a disk that can be brought to a host. What was fetched is kept, what is made of it is not. One
 * caller at a time.
 */
public final class BaseImages {

    /** The largest published bases have some gigabytes. */
    private static final long LARGEST_FILE = 16L << 30;

    private static final long LARGEST_DISK = 512L << 30;

    private static final String WORK = "work-";
    private static final String FETCHED = ".base";

    private final Path folder;
    private final Http http = new Http();
    private final Duration silence;
    private final Map<String, Checksum> known = new ConcurrentHashMap<>();

    /**
     * @param folder ours; made when it is needed
     * @param silence how long a server may send nothing in the middle of a file
     */
    public BaseImages(Path folder, Duration silence) {
        this.folder = folder;
        this.silence = silence;
    }

    /**
     * A disk to be brought to a host.
     *
     * @param ready whether it is a VDI of the size that was asked for; if not, VirtualBox can make it one
     */
    public record Disk(Path file, boolean ready) {}

    /** Names the base by its content. */
    public String key(BaseSource source) {
        return checksum(source).brief();
    }

    private Checksum checksum(BaseSource source) {
        return switch (source) {
            case Published published -> published.checksum();
            case Local local -> local.checksum().orElseGet(() -> content(local.path()));
        };
    }

    /** Read once, and again when the file has changed. */
    private Checksum content(Path file) {
        try {
            var state = file + " " + Files.readAttributes(file, "unix:size,ctime,ino");
            var sum = known.get(state);
            if (sum == null) {
                sum = Checksum.of("SHA-256", file);
                known.put(state, sum);
            }
            return sum;
        } catch (IOException e) {
            throw cannotRead(file, e);
        }
    }

    /**
     * Has the disk, until {@link #release}.
     *
     * @param size that it should have, in bytes; it is larger if the base is
     * @param say sees sentences about what is being done
     */
    public Disk disk(BaseSource source, long size, Consumer<String> say) throws InterruptedException {
        try {
            Files.createDirectories(folder);
            release();
            var file = switch (source) {
                case Published published -> fetched(published, say);
                case Local local -> checked(local, say);
            };
            return asDisk(file, size, say);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the base image cannot be prepared in '%s': %s".formatted(folder, e),
                            "look whether that disk is full; then ask for the image again"),
                    e);
        }
    }

    /** Removes what was made of a base, not what was fetched. */
    public void release() throws InterruptedException {
        removeAllBut(name -> !name.startsWith(WORK));
    }

    /** Removes what was fetched for others than this one. */
    public void keepOnly(BaseSource source) throws InterruptedException {
        var current = key(source);
        removeAllBut(name -> name.startsWith(current));
    }

    private interface Kept {
        boolean test(String name);
    }

    private void removeAllBut(Kept kept) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder, file -> !kept.test(String.valueOf(file.getFileName())))) {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new ProblemException(Problem.failed("'%s' cannot be cleared: %s".formatted(folder, e), ""), e);
        }
    }

    private static Path checked(Local local, Consumer<String> say) {
        if (!Files.isReadable(local.path())) {
            throw cannotRead(local.path(), new IOException("it is not there, or may not be read"));
        }
        if (local.checksum().isPresent()) {
            say.accept("checking " + local.path());
            try {
                local.checksum().get().require(local.path(), local.path().toString());
            } catch (IOException e) {
                throw cannotRead(local.path(), e);
            }
        }
        return local.path();
    }

    private static ProblemException cannotRead(Path file, IOException e) {
        return new ProblemException(
                Problem.invalid(
                        "the base image '%s' cannot be read: %s".formatted(file, e.getMessage()),
                        "look at clusterbox.virtualbox.base"),
                e);
    }

    private Path fetched(Published published, Consumer<String> say) throws IOException, InterruptedException {
        var sum = published.checksum();
        var target = folder.resolve(sum.brief() + FETCHED);
        if (Files.exists(target)) {
            return target; // it got this name after it was checked
        }
        if (published.listed()) {
            requireListed(published);
        }
        var address = published.address();
        var name = Path.of(address.getPath()).getFileName();
        var progress = new Progress("fetching " + name, say);
        var transfer = new Transfer(http::get, folder, sum.brief(), address, silence, LARGEST_FILE);
        try {
            var part = transfer.complete(
                    bytes -> {
                        progress.of(bytes);
                        requireRoom(bytes);
                    },
                    progress::at);
            say.accept("checking " + name);
            try {
                sum.require(part, address.toString());
            } catch (ProblemException e) {
                transfer.discard();
                throw e;
            }
            return Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (Unavailable e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "the base image cannot be fetched: " + e.getMessage(),
                            "ask again: what has come is kept; or fetch %s elsewhere, and set clusterbox.virtualbox.base to the file"
                                    .formatted(address)),
                    e);
        }
    }

    private void requireListed(Published published) throws InterruptedException {
        var list = published.address().resolve(published.checksum().listName());
        var name = String.valueOf(Path.of(published.address().getPath()).getFileName());
        try {
            var listed = ChecksumList.find(
                    http.text(list),
                    name,
                    "[0-9a-f]{%d}".formatted(published.checksum().digits().length()));
            if (!listed.equals(java.util.Optional.of(published.checksum().digits()))) {
                throw Problem.failed(
                                "%s has for %s: %s (expected: %s)"
                                        .formatted(list, name, listed.orElse("nothing"), published.checksum()),
                                "set clusterbox.virtualbox.base and clusterbox.virtualbox.base-checksum to an image"
                                        + " that you trust")
                        .asException();
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "the list of checksums cannot be fetched: " + Http.said(list, e),
                            "ask again; or fetch %s elsewhere, and set clusterbox.virtualbox.base to the file"
                                    .formatted(published.address())),
                    e);
        }
    }

    private Disk asDisk(Path file, long size, Consumer<String> say) throws IOException {
        return switch (Format.of(file)) {
            case VDI, VMDK -> new Disk(file, false);
            case QCOW2 -> converted(Qcow2.open(file), size, say);
            case RAW -> converted(DiskContent.raw(file), size, say);
            case OVA -> {
                say.accept("taking the disk out of " + file.getFileName());
                requireRoom(Files.size(file));
                var disk = work();
                Ova.takeDisk(file, disk, LARGEST_FILE);
                yield asDisk(disk, size, say);
            }
            case GZIP -> {
                say.accept("unpacking " + file.getFileName());
                var unpacked = work();
                unpack(file, unpacked);
                yield asDisk(unpacked, size, say);
            }
        };
    }

    private Disk converted(DiskContent content, long size, Consumer<String> say) throws IOException {
        try (content) {
            if (content.size() > LARGEST_DISK) {
                throw tooLarge(content.size());
            }
            requireRoom(content.size());
            var progress = new Progress("converting the base image", say);
            progress.of(content.size());
            var target = work();
            long megabytes = (Math.max(size, content.size()) + (1 << 20) - 1) >> 20;
            Vdi.write(content, megabytes << 20, target, progress::at);
            return new Disk(target, true);
        }
    }

    private void unpack(Path file, Path target) throws IOException {
        try (var in = new GZIPInputStream(Files.newInputStream(file), 1 << 16);
                var out = Files.newOutputStream(target)) {
            var buffer = new byte[1 << 20];
            long size = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                size += read;
                if (size > LARGEST_FILE) {
                    throw tooLarge(size);
                }
                out.write(buffer, 0, read);
            }
        }
    }

    private static ProblemException tooLarge(long size) {
        return Problem.invalid("the base image has more than %d GiB".formatted(size >> 30), "use a smaller base image")
                .asException();
    }

    private Path work() {
        return folder.resolve(WORK + java.util.UUID.randomUUID());
    }

    private void requireRoom(long bytes) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < bytes) {
                throw Problem.failed(
                                "the base image needs %d MiB in '%s', where %d MiB are free"
                                        .formatted(bytes >> 20, folder, free >> 20),
                                "make room there, or set clusterbox.state to a folder on another disk")
                        .asException();
            }
        } catch (IOException e) {
            throw new ProblemException(Problem.failed("'%s' cannot be looked at: %s".formatted(folder, e), ""), e);
        }
    }
}

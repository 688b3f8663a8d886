package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The computer that this service runs on. */
public final class LocalHost implements Host {

    private static final int BUFFER = 1 << 20;

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final LocalRunner runner;

    public LocalHost(LocalRunner runner) {
        this.runner = runner;
    }

    /** Work on files that may fail. */
    private interface FileWork<T> {
        T run() throws IOException;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        return runner.run(command, progress);
    }

    @Override
    public String home() {
        return System.getProperty("user.home");
    }

    @Override
    public void makeFolder(String path) {
        on(path, () -> Files.createDirectories(Path.of(path), PRIVATE));
    }

    @Override
    public void write(String path, byte[] content) {
        on(path, () -> {
            var staged = staged(Path.of(path));
            try {
                Files.write(staged, content);
                return Files.move(staged, Path.of(path), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staged);
            }
        });
    }

    @Override
    public void upload(Path from, String to, LongConsumer transferred) {
        on(to, () -> {
            if (exists(to) && Files.mismatch(from, Path.of(to)) < 0) {
                transferred.accept(Files.size(from));
                return Path.of(to);
            }
            var staged = staged(Path.of(to));
            try (var in = Files.newInputStream(from);
                    var out = Files.newOutputStream(staged)) {
                var buffer = new byte[BUFFER];
                long sum = 0;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    out.write(buffer, 0, read);
                    sum += read;
                    transferred.accept(sum);
                }
                return Files.move(staged, Path.of(to), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(staged);
            }
        });
    }

    private static Path staged(Path target) throws IOException {
        var staged = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        return Files.createFile(
                staged, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public List<String> list(String folder) {
        return on(folder, () -> {
            try (var all = Files.list(Path.of(folder))) {
                return all.map(path -> path.getFileName().toString()).sorted().toList();
            } catch (NoSuchFileException e) {
                return List.of();
            }
        });
    }

    @Override
    public void remove(String path) {
        on(path, () -> exists(path) ? Files.walkFileTree(Path.of(path), new Removal()) : path);
    }

    /** Links are removed, not followed. */
    private static final class Removal extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }

    @Override
    public long freeMiB(String folder) {
        return on(folder, () -> {
            // getUsableSpace alone takes what is not there for full.
            Files.readAttributes(Path.of(folder), BasicFileAttributes.class);
            return Path.of(folder).toFile().getUsableSpace() >> 20;
        });
    }

    @Override
    public Tunnel tunnel(int port) {
        return new Tunnel() {

            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() {
                // It is the port itself.
            }
        };
    }

    private static <T> T on(String path, FileWork<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed("'%s' on this host: %s".formatted(path, e), "look at that path, and at the disk"),
                    e);
        }
    }
}

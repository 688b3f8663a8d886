package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.sftp.RemoteResourceInfo;
import net.schmizz.sshj.sftp.SFTPException;

/** A computer that is reached over SSH: Linux or macOS with OpenSSH's server, or one like it. */
public final class SshHost implements Host, AutoCloseable {

    /** A line of {@code df -Pk}: size, used, available, in KiB. What stands before and after may have blanks. */
    private static final Pattern AVAILABLE =
            Pattern.compile("\\s[0-9]+\\s+[0-9-]+\\s+(?<kib>-?[0-9]+)\\s+([0-9]+%|-)\\s+/");

    private final SshConnection connection;
    private final SshRunner runner;

    /** Uploads share the line; one after the other each is there sooner. */
    private final ReentrantLock uploading = new ReentrantLock(true);

    /** Connects when it is first asked for something. */
    public SshHost(SshTarget target) {
        connection = new SshConnection(target);
        runner = new SshRunner(connection);
    }

    @Override
    public String name() {
        return connection.target().name();
    }

    @Override
    public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
        return runner.run(command, progress);
    }

    @Override
    public String home() throws InterruptedException {
        return connection.established().home();
    }

    @Override
    public void makeFolder(String path) throws InterruptedException {
        run(Command.of("sh", "-c", "umask 077; exec mkdir -p \"$1\"", "sh", absolute(path)))
                .orFail();
    }

    @Override
    public void write(String path, byte[] content) throws InterruptedException {
        var staged = SshFiles.beside(absolute(path), UUID.randomUUID().toString());
        connection.on(path, SSHClient::newSFTPClient, sftp -> {
            try {
                SshFiles.create(sftp, staged, content);
                SshFiles.replace(sftp, this, staged, path);
            } catch (SFTPException e) {
                if (SshFiles.exists(sftp, staged)) {
                    sftp.rm(staged);
                }
                throw e;
            }
            return path;
        });
    }

    @Override
    public void upload(Path from, String to, LongConsumer transferred) throws InterruptedException {
        uploading.lockInterruptibly();
        try {
            new SshUpload(this, connection, from, absolute(to), transferred).run();
        } finally {
            uploading.unlock();
        }
    }

    @Override
    public boolean exists(String path) throws InterruptedException {
        return connection.on(path, SSHClient::newSFTPClient, sftp -> SshFiles.exists(sftp, absolute(path)));
    }

    @Override
    public List<String> list(String folder) throws InterruptedException {
        return connection.on(folder, SSHClient::newSFTPClient, sftp -> {
            try {
                return sftp.ls(absolute(folder)).stream()
                        .map(RemoteResourceInfo::getName)
                        .sorted()
                        .toList();
            } catch (SFTPException e) {
                return SshFiles.absent(e, List.<String>of());
            }
        });
    }

    @Override
    public void remove(String path) throws InterruptedException {
        // With a slash at its end a link would be followed.
        var plain = absolute(path).replaceFirst("/+$", "");
        if (plain.isEmpty()) {
            throw new IllegalArgumentException("path: '%s' (expected: not everything)".formatted(path));
        }
        run(Command.of("rm", "-rf", plain)).orFail();
    }

    @Override
    public long freeMiB(String folder) throws InterruptedException {
        var printed = run(Command.of("df", "-Pk", absolute(folder))).orFail();
        var line = AVAILABLE.matcher(printed);
        if (!line.find()) {
            throw Problem.failed("'df -Pk' on %s says: %s".formatted(connection.target(), printed.strip()), "")
                    .asException();
        }
        return Long.parseLong(line.group("kib")) >> 10;
    }

    @Override
    public Tunnel tunnel(int port) throws InterruptedException {
        return SshTunnel.to(connection, port);
    }

    /**
     * Has the host listen at one of its addresses, for others than itself too.
     *
     * @param to where connections are brought, seen from here; looked up anew for each
     */
    SshReverse reverse(String address, int port, InetSocketAddress to) throws InterruptedException {
        return SshReverse.open(connection, address, port, to);
    }

    /** Ends the connection, and with it what is under way. It is made again when it is needed. */
    @Override
    public void close() {
        connection.close();
    }

    private static String absolute(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: '%s' (expected: an absolute one)".formatted(path));
        }
        return path;
    }
}

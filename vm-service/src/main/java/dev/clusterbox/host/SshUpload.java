package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.function.LongConsumer;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.sftp.OpenMode;
import net.schmizz.sshj.sftp.SFTPClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One large file on its way. It arrives beside its place under a name of its content, so that what a lost connection has
 * left is gone on with, by this service or by the next one; only what has the right checksum is renamed into place.
 */
final class SshUpload {

    private static final Logger LOG = LoggerFactory.getLogger(SshUpload.class);

    private static final int ATTEMPTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    /** Packets on their way that nobody has confirmed yet, 1 MiB of them: half of what sshd takes without reading it. */
    private static final int UNCONFIRMED = 32;

    private static final int MIB = 1 << 20;

    private final SshHost host;
    private final SshConnection connection;
    private final Path from;
    private final String to;
    private final LongConsumer transferred;
    private final long size;
    private final String checksum;
    private final String staged;

    SshUpload(SshHost host, SshConnection connection, Path from, String to, LongConsumer transferred) {
        this.host = host;
        this.connection = connection;
        this.from = from;
        this.to = to;
        this.transferred = transferred;
        try {
            this.size = Files.size(from);
            this.checksum = Checksum.of(from);
        } catch (IOException e) {
            throw new ProblemException(Problem.failed("'%s': %s".formatted(from, e), "it must be readable"), e);
        }
        this.staged = SshFiles.beside(to, checksum.substring(0, 16) + ".part");
    }

    void run() throws InterruptedException {
        var pause = FIRST_PAUSE;
        for (int attempt = 1; true; attempt++) {
            try {
                once();
                return;
            } catch (ProblemException e) {
                if (e.problem().code() != Code.UNAVAILABLE || attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.info("{}; trying again", e.problem().message());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
        }
    }

    private void once() throws InterruptedException {
        if (has(to)) {
            transferred.accept(size);
            return;
        }
        long there = staged();
        requireRoom(size - there);
        connection.on(to, SSHClient::newSFTPClient, sftp -> send(sftp, there));
        if (!has(staged)) {
            host.remove(staged);
            throw new Problem(
                            there > 0 ? Code.UNAVAILABLE : Code.FAILED,
                            "'%s' has arrived on %s with another checksum".formatted(to, connection.target()),
                            "does '%s' change while it is read?".formatted(from))
                    .asException();
        }
        connection.on(to, SSHClient::newSFTPClient, sftp -> {
            SshFiles.replace(sftp, host, staged, to);
            return to;
        });
    }

    /** Whether the file is there, whole and unchanged. */
    private boolean has(String path) throws InterruptedException {
        long length = connection.on(path, SSHClient::newSFTPClient, sftp -> SshFiles.lengthOfFile(sftp, path));
        return length == size && Checksum.on(host, path, size).equals(checksum);
    }

    /** How much of it a lost connection has left. What is not a file is not ours. */
    private long staged() throws InterruptedException {
        long length = connection.on(staged, SSHClient::newSFTPClient, sftp -> SshFiles.lengthOfFile(sftp, staged));
        if (length < 0 || length > size) {
            host.remove(staged);
        }
        return length > size ? 0 : Math.max(0, length);
    }

    private void requireRoom(long bytes) throws InterruptedException {
        long free = host.freeMiB(SshFiles.folder(to));
        if (free < bytes / MIB) {
            throw Problem.failed(
                            "'%s' needs %d MiB on %s, and %d are free"
                                    .formatted(to, bytes / MIB, connection.target(), free),
                            "free some room there")
                    .asException();
        }
    }

    private String send(SFTPClient sftp, long offset) throws IOException {
        var file = sftp.open(staged, EnumSet.of(OpenMode.WRITE, OpenMode.CREAT), SshFiles.PRIVATE_FILE);
        try (var in = Files.newInputStream(from)) {
            in.skipNBytes(offset);
            SshFiles.send(
                    in,
                    file.new RemoteFileOutputStream(offset, UNCONFIRMED),
                    sent -> transferred.accept(offset + sent));
        }
        file.close();
        return staged;
    }
}

package dev.clusterbox.host;

import dev.clusterbox.host.SshLogin.Established;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.sftp.SFTPException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one connection to a computer, made when it is needed and made again when it was lost. Several sessions share it. */
final class SshConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SshConnection.class);

    /** sshd allows ten sessions (MaxSessions); two are left for ending a program, and for a person. */
    private static final int SESSIONS = 8;

    private static final Duration LONG = Duration.ofSeconds(2);
    private static final Duration REMEMBERED = Duration.ofSeconds(10);

    private static final int ATTEMPTS = 20;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final SshTarget target;
    private final Semaphore places = new Semaphore(SESSIONS, true);
    private final ReentrantLock connecting = new ReentrantLock();
    private @Nullable Established current;

    /** Why there was no connection, if that took long. */
    private @Nullable Problem silence;

    private long silentAt;

    SshConnection(SshTarget target) {
        this.target = target;
    }

    /** What is done on a session. */
    interface Work<S, T> {
        T run(S session) throws IOException, InterruptedException;
    }

    SshTarget target() {
        return target;
    }

    /** The connection, which was there a moment ago. */
    Established established() throws InterruptedException {
        connecting.lockInterruptibly();
        try {
            var known = current;
            if (known != null && known.client().isConnected()) {
                return known;
            }
            if (known != null) {
                SshLogin.disconnect(known.client());
            }
            var fresh = login();
            current = fresh;
            return fresh;
        } finally {
            connecting.unlock();
        }
    }

    /** A computer that is switched off costs seconds to find out; who asks again right after that is told the same. */
    private Established login() throws InterruptedException {
        var last = silence;
        if (last != null && System.nanoTime() - silentAt < REMEMBERED.toNanos()) {
            throw last.asException();
        }
        silence = null;
        long begun = System.nanoTime();
        try {
            return SshLogin.open(target);
        } catch (ProblemException e) {
            silentAt = System.nanoTime();
            boolean late = silentAt - begun > LONG.toNanos();
            silence = late && e.problem().code() == Code.UNAVAILABLE ? e.problem() : null;
            throw e;
        }
    }

    /**
     * Opens a session when there is a place for it, does the work and closes it.
     *
     * @param what is done, for messages
     * @param open begins a session; nothing has happened on the other computer if that fails
     */
    <S extends Closeable, T> T on(String what, Work<SSHClient, S> open, Work<S, T> work) throws InterruptedException {
        places.acquire();
        try {
            var session = begin(open);
            try {
                return work.run(session);
            } finally {
                closeQuietly(session);
            }
        } catch (SFTPException e) {
            throw e.getCause() == null ? refused(what, e) : lost(what, e);
        } catch (SSHException | InterruptedIOException e) {
            throw lost(what, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            places.release();
        }
    }

    private static void closeQuietly(Closeable session) {
        try {
            session.close();
        } catch (IOException e) {
            LOG.debug("a session was lost after its work was done", e);
        }
    }

    private ProblemException refused(String what, SFTPException e) {
        return new ProblemException(
                Problem.failed(
                        "'%s' on %s: %s".formatted(what, target, e.getMessage()),
                        "look at that path, and at the disk there"),
                e);
    }

    /** A connection that was lost unnoticed shows it now; so it is made again once. */
    private <S> S begin(Work<SSHClient, S> open) throws InterruptedException, IOException {
        var client = established().client();
        try {
            return beginOn(client, open);
        } catch (SSHException | IllegalStateException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            SshLogin.disconnect(client);
            return beginOn(established().client(), open);
        }
    }

    /** sshd counts a session until it has seen its program end, which is a moment after it has told us so. */
    private <S> S beginOn(SSHClient client, Work<SSHClient, S> open) throws InterruptedException, IOException {
        for (int attempt = 1; true; attempt++) {
            try {
                return open.run(client);
            } catch (OpenFailException e) {
                if (attempt == ATTEMPTS) {
                    throw new ProblemException(
                            Problem.unavailable(
                                    "%s does not open another session: %s".formatted(target, e.getMessage()),
                                    "its sshd_config needs MaxSessions 10 or more, which is the default"),
                            e);
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    private ProblemException lost(String what, IOException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return new ProblemException(
                Problem.unavailable(
                        "the connection to %s was lost during '%s': %s".formatted(target, what, e.getMessage()),
                        "what it was doing may still go on there; try again"),
                e);
    }

    /** Ends what is under way on it. */
    @Override
    public void close() {
        var known = current;
        if (known != null) {
            SshLogin.disconnect(known.client());
        }
    }
}

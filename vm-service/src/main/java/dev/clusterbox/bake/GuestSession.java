package dev.clusterbox.bake;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.userauth.UserAuthException;

/**
 * One connection to a guest, in which everything is run as root. What fails becomes a problem that names the stage at which it
 * happened.
 */
final class GuestSession implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int CONNECT_MILLIS = 5_000;

    /** For a guest that is busy, or emulated, to answer one message. */
    private static final int ANSWER_MILLIS = 60_000;

    /** A connection is lost when five of these, as many seconds apart, are not answered. */
    private static final int KEEP_ALIVE_SECONDS = 5;

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.+@_-]*");

    /** Reads the whole script first: what it runs has nothing to read. */
    private static final String SHELL = "sh -c 'exec sh -ec \"$(cat)\" sh \"$@\" </dev/null' sh";

    private static final String UNPACK = "tar --extract --file=- --directory=/ --numeric-owner --same-owner"
            + " --same-permissions --no-overwrite-dir --keep-directory-symlink";

    private final SSHClient client;
    private final String prefix;

    private GuestSession(SSHClient client, String prefix) {
        this.client = client;
        this.prefix = prefix;
    }

    /**
     * Connects as soon as the guest answers.
     *
     * @param patience for how long it may not answer, since it has only begun to boot
     */
    static GuestSession open(GuestAccess access, Duration patience) throws InterruptedException {
        var pin = new HostKeyPin(access.hostKey());
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            var client = client(pin);
            try {
                client.connect(access.address(), access.port());
                client.authPublickey(access.user(), client.loadKeys(access.key()));
                return new GuestSession(client, access.user().equals("root") ? "" : "sudo -n -- ");
            } catch (UserAuthException e) {
                close(client);
                throw refused(access, e);
            } catch (IOException e) {
                close(client);
                interrupted(e);
                pin.refused().ifPresent(why -> {
                    throw otherKey(access, why);
                });
                if (System.nanoTime() >= end) {
                    throw silent(access, patience, e);
                }
            }
            Thread.sleep(PAUSE);
        }
    }

    private static SSHClient client(HostKeyPin pin) {
        var config = new DefaultConfig();
        config.setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        var client = new SSHClient(config);
        client.addHostKeyVerifier(pin);
        client.setConnectTimeout(CONNECT_MILLIS);
        client.getTransport().setTimeoutMs(ANSWER_MILLIS);
        client.getConnection().setTimeoutMs(ANSWER_MILLIS);
        client.getConnection().getKeepAlive().setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        return client;
    }

    /** sshj waits as an InterruptedException does, but says so in an exception of its own. */
    static void interrupted(IOException e) throws InterruptedException {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
        }
    }

    private static ProblemException refused(GuestAccess access, IOException e) {
        return new ProblemException(
                new Problem(
                        Code.FORBIDDEN,
                        "the guest does not let '%s' in with the key that was made for it".formatted(access.user()),
                        "look whether the base image has cloud-init, and whether its seed disk was attached"),
                e);
    }

    private static RuntimeException otherKey(GuestAccess access, String why) {
        return new Problem(
                        Code.FORBIDDEN,
                        "who answers at %s:%d does not have the guest's host key: %s; nothing was sent"
                                .formatted(access.address(), access.port(), why),
                        "look which program listens there; if it is the guest, look whether its cloud-init read the seed disk")
                .asException();
    }

    private static ProblemException silent(GuestAccess access, Duration patience, IOException e) {
        return new ProblemException(
                new Problem(
                        Code.TIMED_OUT,
                        "waited %d s for the guest to answer on SSH at %s:%d: %s"
                                .formatted(patience.toSeconds(), access.address(), access.port(), e.getMessage()),
                        "look at the guest's screen; the base image needs an SSH server that starts at boot"),
                e);
    }

    /**
     * Runs a script as root, and returns what it printed.
     *
     * @param words its parameters
     * @param lines sees each line as it is printed
     */
    String run(String stage, String script, List<String> words, Duration limit, Consumer<String> lines)
            throws InterruptedException {
        return outcome(stage, script, words, limit, lines).orFail();
    }

    /** Runs a script as root, whose failure means something. */
    Outcome outcome(String stage, String script, List<String> words, Duration limit, Consumer<String> lines)
            throws InterruptedException {
        var line = new StringBuilder(prefix).append(SHELL);
        for (var word : words) {
            if (!WORD.matcher(word).matches()) {
                throw new IllegalArgumentException("no plain word: " + word);
            }
            line.append(' ').append(word);
        }
        return new RemoteCommand(client, stage, line.toString())
                .run(out -> out.write(script.getBytes(StandardCharsets.UTF_8)), limit, lines);
    }

    /** Unpacks a tar archive, which is written while it is read, into the guest's root. */
    void unpack(String stage, RemoteCommand.Input archive, Duration limit) throws InterruptedException {
        new RemoteCommand(client, stage, prefix + UNPACK)
                .run(archive, limit, _ -> {})
                .orFail();
    }

    @Override
    public void close() {
        close(client);
    }

    private static void close(SSHClient client) {
        try {
            client.close();
        } catch (IOException _) {
            // It is gone already.
        }
    }
}

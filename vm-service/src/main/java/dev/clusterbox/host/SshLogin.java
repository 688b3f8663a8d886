package dev.clusterbox.host;

import dev.clusterbox.host.SshTarget.Credential;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;
import net.schmizz.sshj.userauth.method.AuthKeyboardInteractive;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthPassword;
import net.schmizz.sshj.userauth.method.AuthPublickey;
import net.schmizz.sshj.userauth.method.PasswordResponseProvider;
import net.schmizz.sshj.userauth.password.PasswordFinder;
import net.schmizz.sshj.userauth.password.PasswordUtils;

/** From nothing to a connection: the computer is the right one, the user is let in, and a POSIX shell answers. */
final class SshLogin {

    /** A computer that is on and near answers within milliseconds. */
    private static final Duration REACH = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A computer that has gone to sleep is noticed after three of these. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);

    private static final int UNANSWERED = 3;

    /** What other shells than POSIX's read differently: a quote, backslashes, an exclamation mark and a line's end. */
    private static final String SAMPLE = "a'b\\\\c!d\ne";

    private SshLogin() {}

    /** A connection, and what the computer said of itself on it. */
    record Established(SSHClient client, String system, String home) {}

    static Established open(SshTarget target) throws InterruptedException {
        var client = client();
        boolean done = false;
        try {
            connect(client, target);
            authenticate(client, target);
            var established = look(client, target);
            done = true;
            return established;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new ProblemException(unreachable(target, e), e);
        } finally {
            if (!done) {
                disconnect(client);
            }
        }
    }

    private static SSHClient client() {
        var config = new DefaultConfig();
        config.setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        var client = new SSHClient(config);
        client.setConnectTimeout((int) REACH.toMillis());
        client.getTransport().setTimeoutMs((int) PATIENCE.toMillis());
        client.getConnection().setTimeoutMs((int) PATIENCE.toMillis());
        client.setRemoteCharset(StandardCharsets.UTF_8);
        if (client.getConnection().getKeepAlive() instanceof KeepAliveRunner runner) {
            runner.setKeepAliveInterval((int) KEEP_ALIVE.toSeconds());
            runner.setMaxAliveCount(UNANSWERED);
        }
        return client;
    }

    private static void connect(SSHClient client, SshTarget target) throws IOException {
        var keys = HostKeys.of(target);
        client.addHostKeyVerifier(keys);
        try {
            client.connect(target.host(), target.port());
            // Most of what is sent is short and waited for.
            client.getSocket().setTcpNoDelay(true);
        } catch (IOException e) {
            var refusal = keys.refusal();
            if (refusal != null) {
                throw new ProblemException(refusal, e);
            }
            throw e;
        }
    }

    private static void authenticate(SSHClient client, SshTarget target) throws IOException {
        var methods = methods(client, target.credential());
        try {
            client.auth(target.user(), methods);
        } catch (UserAuthException e) {
            throw new ProblemException(refused(client, target, e), e);
        }
    }

    private static List<AuthMethod> methods(SSHClient client, Credential credential) {
        return switch (credential) {
            case Credential.Key key -> List.of(new AuthPublickey(keys(client, key)));
            case Credential.Agent(var socket) -> methods(new SshAgent(socket));
            case Credential.Password(var file) -> {
                // Each method wipes what it was given.
                PasswordFinder first = PasswordUtils.createOneOff(SecretFile.read(file));
                PasswordFinder second = PasswordUtils.createOneOff(SecretFile.read(file));
                yield List.of(
                        new AuthPassword(first), new AuthKeyboardInteractive(new PasswordResponseProvider(second)));
            }
        };
    }

    private static List<AuthMethod> methods(SshAgent agent) {
        try {
            var methods = new ArrayList<AuthMethod>();
            for (var key : agent.keys()) {
                methods.add(new AuthAgent(agent, key));
            }
            if (methods.isEmpty()) {
                throw Problem.failed("the %s has no keys".formatted(agent), "'ssh-add' gives it one")
                        .asException();
            }
            return methods;
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.unavailable(
                            "the %s does not answer: %s".formatted(agent, e.getMessage()),
                            "does it run, as the user that vm-service runs as? 'echo $SSH_AUTH_SOCK' shows where"),
                    e);
        }
    }

    private static KeyProvider keys(SSHClient client, Credential.Key key) {
        var file = SecretFile.require(key.file()).toString();
        try {
            var keys = key.passphraseFile().isPresent()
                    ? client.loadKeys(
                            file,
                            PasswordUtils.createOneOff(
                                    SecretFile.read(key.passphraseFile().get())))
                    : client.loadKeys(file);
            // Read now: what is wrong with the file is not the other computer's refusal.
            keys.getPrivate();
            return keys;
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the key %s cannot be opened: %s".formatted(file, e.getMessage()),
                            "if it has a passphrase: write it into a file of mode 0600, and name that as passphrase-file"),
                    e);
        }
    }

    private static Problem refused(SSHClient client, SshTarget target, UserAuthException e) {
        var allowed = String.join(", ", client.getUserAuth().getAllowedMethods());
        return switch (target.credential()) {
            case Credential.Key key ->
                Problem.failed(
                        "%s does not let the user in with the key %s (it allows: %s)"
                                .formatted(target, key.file(), allowed),
                        "put its public half there: ssh-copy-id -i %s.pub -p %d %s@%s"
                                .formatted(key.file(), target.port(), target.user(), target.host()));
            case Credential.Agent(var socket) ->
                Problem.failed(
                        "%s does not let the user in with any key of the ssh-agent at %s (it allows: %s): %s"
                                .formatted(target, socket, allowed, e.getMessage()),
                        "put the public half of one there: ssh-copy-id -p %d %s@%s"
                                .formatted(target.port(), target.user(), target.host()));
            case Credential.Password(var file) ->
                Problem.failed(
                        "%s does not let the user in with the password in %s (it allows: %s): %s"
                                .formatted(target, file, allowed, e.getMessage()),
                        "try it: " + target.ssh());
        };
    }

    private static Established look(SSHClient client, SshTarget target) throws IOException {
        var line = "printf '%s\\n' " + ShellLine.quote(SAMPLE) + "; uname -s; printf '%s\\n' \"$HOME\"";
        String answer;
        try (var session = client.startSession();
                var shell = session.exec(line)) {
            answer = new String(shell.getInputStream().readNBytes(1 << 16), StandardCharsets.UTF_8);
            shell.join(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
        var server = client.getTransport().getServerVersion();
        var lines = answer.startsWith(SAMPLE + "\n")
                ? answer.substring(SAMPLE.length() + 1).lines().toList()
                : List.<String>of();
        if (server.contains("Windows") || (lines.size() == 2 && lines.getFirst().matches("(MINGW|MSYS|CYGWIN).*"))) {
            throw Problem.failed(
                            "%s runs Windows, which cannot be driven from here".formatted(target),
                            "use VirtualBox on a computer with Linux or macOS")
                    .asException();
        }
        if (lines.size() != 2) {
            throw Problem.failed(
                            "the login shell of %s is no POSIX shell, or prints something of its own: %s"
                                    .formatted(target, printable(answer)),
                            "there: chsh -s /bin/sh; or remove what prints from the files that the shell reads at start")
                    .asException();
        }
        return new Established(client, lines.getFirst(), lines.getLast());
    }

    private static String printable(String text) {
        var shown = text.strip().replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + (shown.length() > 200 ? shown.substring(0, 200) + "…" : shown) + "'";
    }

    private static Problem unreachable(SshTarget target, IOException e) {
        var why = e.getMessage() == null ? e.toString() : e.getMessage();
        return Problem.unavailable(
                "%s cannot be reached: %s".formatted(target, why),
                "is it on, and does its SSH server run? " + target.ssh());
    }

    static void disconnect(SSHClient client) {
        try {
            client.disconnect();
        } catch (IOException _) {
            // It is gone.
        }
    }
}

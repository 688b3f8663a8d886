package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import net.schmizz.sshj.common.Buffer.PlainBuffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import net.schmizz.sshj.transport.verification.OpenSSHKnownHosts;
import org.jspecify.annotations.Nullable;

/** Whether a computer is the one it should be: its key must stand in a file of known hosts. Nothing is added to that file. */
final class HostKeys implements HostKeyVerifier {

    private final SshTarget target;
    private final OpenSSHKnownHosts known;

    /** Why the key was refused, once it was. */
    private @Nullable Problem refusal;

    private HostKeys(SshTarget target, OpenSSHKnownHosts known) {
        this.target = target;
        this.known = known;
    }

    /** Reads the file, so that what was added to it counts from the next connection on. */
    static HostKeys of(SshTarget target) throws IOException {
        var file = target.knownHosts();
        return new HostKeys(
                target,
                Files.exists(file)
                        ? new OpenSSHKnownHosts(file.toFile())
                        : new OpenSSHKnownHosts(java.io.Reader.nullReader()));
    }

    @Override
    public boolean verify(String host, int port, PublicKey key) {
        if (known.verify(host, port, key)) {
            return true;
        }
        var type = KeyType.fromKey(key);
        refusal = findExistingAlgorithms(host, port).isEmpty() ? unknown(type, key) : changed(type, key);
        return false;
    }

    @Override
    public List<String> findExistingAlgorithms(String host, int port) {
        return known.findExistingAlgorithms(host, port);
    }

    @Nullable
    Problem refusal() {
        return refusal;
    }

    private Problem unknown(KeyType type, PublicKey key) {
        return Problem.failed(
                "the key of %s is not known: it shows %s %s, and %s has none of that computer"
                        .formatted(target, type, fingerprint(key), target.knownHosts()),
                ("if 'ssh-keygen -lf' says the same of a file /etc/ssh/ssh_host_*_key.pub on that computer: "
                                + "ssh-keyscan -p %d %s >> %s")
                        .formatted(target.port(), target.host(), target.knownHosts()));
    }

    private Problem changed(KeyType type, PublicKey key) {
        var entry = target.port() == 22 ? target.host() : "[%s]:%d".formatted(target.host(), target.port());
        return Problem.failed(
                "the key of %s has changed: it shows %s %s, and %s has another one; it may be another computer"
                        .formatted(target, type, fingerprint(key), target.knownHosts()),
                "only if you know why it changed: ssh-keygen -R '%s' -f %s; ssh-keyscan -p %d %s >> %s"
                        .formatted(entry, target.knownHosts(), target.port(), target.host(), target.knownHosts()));
    }

    /** As {@code ssh-keygen -l} prints it. */
    private static String fingerprint(PublicKey key) {
        try {
            var blob = new PlainBuffer().putPublicKey(key).getCompactData();
            var digest = MessageDigest.getInstance("SHA-256").digest(blob);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

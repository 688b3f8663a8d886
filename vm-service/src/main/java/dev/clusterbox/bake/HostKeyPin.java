package dev.clusterbox.bake;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import net.schmizz.sshj.common.Buffer.PlainBuffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/** The one key that a guest may have: given in advance, or else the first that was seen. */
final class HostKeyPin implements HostKeyVerifier {

    private @Nullable PublicKey pinned;
    private @Nullable String refused;

    HostKeyPin(Optional<PublicKey> expected) {
        pinned = expected.orElse(null);
    }

    @Override
    public synchronized boolean verify(String hostname, int port, PublicKey key) {
        if (pinned == null) {
            pinned = key;
        }
        if (Arrays.equals(blob(pinned), blob(key))) {
            return true;
        }
        refused = "it is %s, and should be %s".formatted(fingerprint(key), fingerprint(pinned));
        return false;
    }

    /** As it goes over the wire: the same key from two of Java's providers is not equal. */
    private static byte[] blob(PublicKey key) {
        return new PlainBuffer().putPublicKey(key).getCompactData();
    }

    /** As {@code ssh-keygen -l} shows it. */
    private static String fingerprint(PublicKey key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(blob(key));
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where a guest has several kinds of keys, it is asked for that of the expected one. */
    @Override
    public synchronized List<String> findExistingAlgorithms(String hostname, int port) {
        return pinned == null ? List.of() : List.of(KeyType.fromKey(pinned).toString());
    }

    /** What was wrong with the key that was refused, if one was. */
    synchronized Optional<String> refused() {
        return Optional.ofNullable(refused);
    }
}

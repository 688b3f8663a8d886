package dev.clusterbox.bake;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.common.SecurityUtils;
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
        if (pinned.equals(key)) {
            return true;
        }
        refused = "it is %s, and should be %s"
                .formatted(SecurityUtils.getFingerprint(key), SecurityUtils.getFingerprint(pinned));
        return false;
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

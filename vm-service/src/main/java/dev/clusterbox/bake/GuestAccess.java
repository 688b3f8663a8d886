package dev.clusterbox.bake;

import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Optional;

/**
 * How a guest is entered.
 *
 * @param address where it, or a forwarded port of it, is reached
 * @param user root, or somebody who has sudo without a password
 * @param hostKey what the guest must prove to be; where that cannot be known in advance, the first key that is seen is believed,
 *     and from then on no other
 */
public record GuestAccess(String address, int port, String user, KeyPair key, Optional<PublicKey> hostKey) {

    /** Without the key. */
    @Override
    public String toString() {
        return "%s@%s:%d".formatted(user, address, port);
    }
}

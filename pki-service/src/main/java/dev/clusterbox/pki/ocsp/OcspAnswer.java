package dev.clusterbox.pki.ocsp;

import java.time.Instant;
import java.util.Optional;

/** A response in DER; it may be kept if it has a lifetime. */
final class OcspAnswer {

    private final byte[] der;
    private final Optional<Lifetime> lifetime;

    OcspAnswer(byte[] der, Optional<Lifetime> lifetime) {
        this.der = der.clone();
        this.lifetime = lifetime;
    }

    byte[] der() {
        return der.clone();
    }

    Optional<Lifetime> lifetime() {
        return lifetime;
    }

    /** @param renewedAt when we sign another one */
    record Lifetime(Instant thisUpdate, Instant renewedAt, Instant nextUpdate) {}
}

package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import java.time.Duration;
import java.time.Instant;

/** From when to when a certificate is good. */
public record Validity(Instant from, Instant to) {

    /** A machine whose clock is a little behind must not find its new certificate in the future. */
    public static final Duration SKEW = Duration.ofMinutes(5);

    /** Never longer than the authority. */
    public static Validity of(Instant now, Duration life, AuthorityRecord authority) {
        return new Validity(
                latest(now.minus(SKEW), authority.notBefore()), earliest(now.plus(life), authority.notAfter()));
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earliest(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}

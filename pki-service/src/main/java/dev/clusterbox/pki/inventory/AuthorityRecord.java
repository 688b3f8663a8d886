package dev.clusterbox.pki.inventory;

import java.time.Instant;
import java.util.Optional;

/**
 * One generation of an authority: a root with its key. The name may have several, one of which signs; the id, which also
 * names the key's file, does not come again.
 *
 * @param certificate PEM
 * @param serial lower-case hexadecimal
 * @param fingerprint SHA-256 of the certificate, lower-case hexadecimal
 * @param keyType as callers name it, for example {@code ec-p256}
 * @param generation 1 for the first of its name, then counted up
 * @param supersededAt when another one began to sign in its place
 * @param retiredAt when it lost its key and its place in the trust bundle
 */
public record AuthorityRecord(
        String id,
        String name,
        String subject,
        String serial,
        String certificate,
        Instant notBefore,
        Instant notAfter,
        String fingerprint,
        String createdBy,
        Instant createdAt,
        String keyType,
        int generation,
        Optional<Instant> supersededAt,
        Optional<Instant> retiredAt,
        Optional<Instant> deletedAt) {

    /** Where a generation is in its life. */
    public enum State {
        /** New certificates are signed by it. */
        SIGNING,
        /** Still trusted, because its certificates are. */
        SUPERSEDED,
        /** Not trusted any more; its key is destroyed. */
        RETIRED,
        /** Its cluster is gone; its key is destroyed. */
        DELETED
    }

    public State state() {
        if (deletedAt.isPresent()) {
            return State.DELETED;
        }
        if (retiredAt.isPresent()) {
            return State.RETIRED;
        }
        return supersededAt.isPresent() ? State.SUPERSEDED : State.SIGNING;
    }

    /** Whether it has a key, and a place in the trust bundle. */
    public boolean isTrusted() {
        return switch (state()) {
            case SIGNING, SUPERSEDED -> true;
            case RETIRED, DELETED -> false;
        };
    }
}

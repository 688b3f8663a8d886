package dev.clusterbox.pki.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A certificate as it was issued, and whether it is still trusted.
 *
 * @param names the alternative names, each as {@code dns:NAME} or {@code ip:ADDRESS}
 * @param certificate PEM
 * @param revocation empty for a certificate that was not revoked
 */
public record CertificateRecord(
        AuthorityRecord authority,
        String profile,
        String serial,
        String subject,
        List<String> names,
        Instant notBefore,
        Instant notAfter,
        String fingerprint,
        String certificate,
        String requestedBy,
        Instant issuedAt,
        Optional<Revocation> revocation) {

    /** When and why (a reason of RFC 5280, 5.3.1) it lost our trust. */
    public record Revocation(Instant at, String reason) {}
}

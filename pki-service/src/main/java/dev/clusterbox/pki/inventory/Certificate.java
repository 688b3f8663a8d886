package dev.clusterbox.pki.inventory;

import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as JSON.
 *
 * @param certificate PEM, the certificate alone
 * @param chain PEM, what a server sends in TLS: the certificate, then the authorities between it and the root
 * @param authorityCertificate PEM, what the other side has to trust
 */
@Serdeable
public record Certificate(
        String authority,
        String profile,
        String serial,
        String subject,
        List<String> names,
        String notBefore,
        String notAfter,
        String fingerprint,
        String certificate,
        String chain,
        String authorityCertificate,
        String requestedBy,
        String issuedAt,
        @Nullable String revokedAt) {

    /** Our authorities are roots, so the chain is the certificate alone. */
    public static Certificate of(CertificateRecord it) {
        return new Certificate(
                it.authority().name(),
                it.profile(),
                it.serial(),
                it.subject(),
                it.names(),
                it.notBefore().toString(),
                it.notAfter().toString(),
                it.fingerprint(),
                it.certificate(),
                it.certificate(),
                it.authority().certificate(),
                it.requestedBy(),
                it.issuedAt().toString(),
                it.revocation().map(revocation -> revocation.at().toString()).orElse(null));
    }
}

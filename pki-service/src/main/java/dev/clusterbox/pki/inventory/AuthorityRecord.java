package dev.clusterbox.pki.inventory;

import java.time.Instant;

/**
 * An authority as it was made. The name may come again after it was deleted; the id, which also names the key's file, does
 * not.
 *
 * @param certificate PEM
 * @param serial lower-case hexadecimal
 * @param fingerprint SHA-256 of the certificate, lower-case hexadecimal
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
        Instant createdAt) {}

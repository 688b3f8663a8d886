package dev.clusterbox.pki.inventory;

import dev.clusterbox.pki.audit.AuditEntry;
import dev.clusterbox.pki.audit.AuditEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    /** The common name, and the alternative names without their types. */
    public List<String> plainNames() {
        // Subjects are CN first, and no value has a comma in it.
        var commonName =
                subject.substring("CN=".length(), subject.contains(",") ? subject.indexOf(',') : subject.length());
        return Stream.concat(Stream.of(commonName), names.stream().map(name -> name.substring(name.indexOf(':') + 1)))
                .toList();
    }

    /** What was done with it, and a reason if there is one to tell. */
    public AuditEntry auditEntry(AuditEvent event, String by, String reason) {
        return new AuditEntry(
                event, by, authority.name(), profile, subject, String.join(",", names), serial, fingerprint, reason);
    }

    /** When and why (a reason of RFC 5280, 5.3.1) it lost our trust. */
    public record Revocation(Instant at, String reason) {}
}

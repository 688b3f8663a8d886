package dev.clusterbox.pki.audit;

/** What an entry of the audit log tells. The names are stored: they may be added to, not changed. */
public enum AuditEvent {
    AUTHORITY_MADE,
    AUTHORITY_DELETED,
    /** Another generation of it signs from then on. */
    AUTHORITY_ROTATED,
    AUTHORITY_RETIRED,
    ISSUED,
    /** The same request came again and got the certificate that it had got before. */
    REPEATED,
    /** Issued to who has the key of an older certificate, whose serial number stands as the reason. */
    RENEWED,
    REFUSED,
    REVOKED
}

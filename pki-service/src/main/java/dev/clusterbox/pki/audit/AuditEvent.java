package dev.clusterbox.pki.audit;

import java.util.Arrays;

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
    REVOKED,
    TOKEN_MADE,
    TOKEN_DELETED,
    /** The log was shorter than its signed head said, or the head was not ours. */
    HEAD_LOST;

    static boolean isKnown(String name) {
        return Arrays.stream(values()).anyMatch(event -> event.name().equals(name));
    }
}

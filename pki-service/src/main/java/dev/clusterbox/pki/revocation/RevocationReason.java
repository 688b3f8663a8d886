package dev.clusterbox.pki.revocation;

import dev.clusterbox.problem.Problem;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x509.CRLReason;

/**
 * Why a certificate is revoked (RFC 5280, 5.3.1), by the names that openssl has for them. Not here: certificateHold and
 * removeFromCRL, because a revocation is final; cACompromise and aACompromise, because only leaves are revoked.
 */
public enum RevocationReason {
    UNSPECIFIED("unspecified", 0),
    KEY_COMPROMISE("keyCompromise", 1),
    AFFILIATION_CHANGED("affiliationChanged", 3),
    SUPERSEDED("superseded", 4),
    CESSATION_OF_OPERATION("cessationOfOperation", 5),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", 9);

    private final String text;
    private final int code;

    RevocationReason(String text, int code) {
        this.text = text;
        this.code = code;
    }

    String text() {
        return text;
    }

    /** As it stands in revocation lists and OCSP responses; RFC 5280, 5.3.1: unspecified does not stand there. */
    public Optional<CRLReason> encoded() {
        return this == UNSPECIFIED ? Optional.empty() : Optional.of(CRLReason.lookup(code));
    }

    public static RevocationReason parse(String text) {
        return Arrays.stream(values())
                .filter(reason -> reason.text.equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                                "reason: not known (expected: one of %s)"
                                        .formatted(Arrays.stream(values())
                                                .map(RevocationReason::text)
                                                .collect(Collectors.joining(", "))),
                                "")
                        .asException());
    }
}

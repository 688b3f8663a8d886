package dev.clusterbox.pki.revocation;

import dev.clusterbox.problem.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Why a certificate is revoked (RFC 5280, 5.3.1), by the names that openssl has for them. Not here: certificateHold and
 * removeFromCRL, because a revocation is final; cACompromise and aACompromise, because only leaves are revoked.
 */
enum RevocationReason {
    UNSPECIFIED("unspecified"),
    KEY_COMPROMISE("keyCompromise"),
    AFFILIATION_CHANGED("affiliationChanged"),
    SUPERSEDED("superseded"),
    CESSATION_OF_OPERATION("cessationOfOperation"),
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn");

    private final String text;

    RevocationReason(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static RevocationReason parse(String text) {
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

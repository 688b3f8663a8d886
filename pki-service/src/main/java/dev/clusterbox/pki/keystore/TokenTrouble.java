package dev.clusterbox.pki.keystore;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.Map;

/** What a PKCS#11 token answers when it does not do as it was asked, and what helps. */
public final class TokenTrouble {

    /** OASIS PKCS #11 3.1, 5.1. */
    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("CKR_PIN_INCORRECT", "look at the file of clusterbox.pki.pkcs11.pin-file"),
            Map.entry("CKR_PIN_LEN_RANGE", "look at the file of clusterbox.pki.pkcs11.pin-file"),
            Map.entry("CKR_PIN_LOCKED", "too many wrong PINs: the security officer can set a new one"),
            Map.entry("CKR_PIN_EXPIRED", "set a new PIN with the token's own tool"),
            Map.entry("CKR_USER_PIN_NOT_INITIALIZED", "set the user's PIN with the token's own tool"),
            Map.entry(
                    "CKR_SLOT_ID_INVALID", "'pkcs11-tool --module LIBRARY --list-slots' has the numbers of the slots"),
            Map.entry("CKR_TOKEN_NOT_RECOGNIZED", "the token in this slot has to be initialized first"),
            Map.entry("CKR_TOKEN_NOT_PRESENT", "put the token in, and start pki-service again"),
            Map.entry("CKR_DEVICE_REMOVED", "put the token in, and start pki-service again"),
            Map.entry("CKR_DEVICE_MEMORY", "the token is full: retire or delete authorities"),
            Map.entry("CKR_SESSION_HANDLE_INVALID", "start pki-service again: the token has forgotten its sessions"),
            Map.entry("CKR_USER_NOT_LOGGED_IN", "start pki-service again: the token has forgotten its sessions"));

    private TokenTrouble() {}

    /** Whether it is the token's answer that made this fail, and no fault of ours. */
    public static boolean isCauseOf(Exception e) {
        return reason(e).startsWith("CKR_");
    }

    public static ProblemException problem(Exception e) {
        return new ProblemException(Problem.unavailable("the PKCS#11 token: " + reason(e), advice(e)), e);
    }

    /** The provider's own messages say little; what the token answered ("CKR_PIN_INCORRECT") is at the end of the causes. */
    static String reason(Throwable e) {
        var last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage());
    }

    static String advice(Exception e) {
        return ADVICE.getOrDefault(
                reason(e), "does 'pkcs11-tool --module LIBRARY --list-slots' show the token, with the same user?");
    }
}

package dev.clusterbox.pki.revocation;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A certificate revocation list as it was signed.
 *
 * @param regularAt when one was last signed because it was time to
 * @param content PEM
 */
record RevocationList(
        String authorityId, long number, Instant thisUpdate, Instant nextUpdate, Instant regularAt, String content) {

    private static final String BEGIN = "-----BEGIN X509 CRL-----\n";
    private static final String END = "\n-----END X509 CRL-----\n";

    static String pem(byte[] der) {
        return BEGIN + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + END;
    }

    byte[] der() {
        return Base64.getMimeDecoder().decode(content.substring(BEGIN.length(), content.length() - END.length()));
    }

    /** Early enough that whoever fetches one can use it for half of its life. */
    boolean isDue(Instant now) {
        return !now.isBefore(
                thisUpdate.plus(Duration.between(thisUpdate, nextUpdate).dividedBy(2)));
    }
}

package dev.clusterbox.pki.issuance;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** The textual encoding of RFC 7468; reading is strict: one request and nothing around it but white space. */
final class Pem {

    /** The second label is the one of RFC 7468, appendix A, that keytool writes. */
    private static final List<String> REQUEST_LABELS = List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");

    private Pem() {}

    static String certificate(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    static byte[] request(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        for (var label : REQUEST_LABELS) {
            var begin = "-----BEGIN %s-----".formatted(label);
            var end = "-----END %s-----".formatted(label);
            if (text.startsWith(begin) && text.endsWith(end) && text.length() > begin.length() + end.length()) {
                return decode(text.substring(begin.length(), text.length() - end.length()));
            }
        }
        throw Rule.CSR_ENCODING.refuses(
                text.isEmpty() ? "nothing" : "neither DER nor one PEM block",
                "one PEM block 'CERTIFICATE REQUEST' with nothing before or after it");
    }

    /** A second block inside shows as a character that is not Base64. */
    private static byte[] decode(String body) {
        try {
            return Base64.getDecoder().decode(body.replace("\r", "").replace("\n", ""));
        } catch (IllegalArgumentException e) {
            throw Rule.CSR_ENCODING.refuses("not Base64", "one PEM block with Base64 in it");
        }
    }
}

package dev.clusterbox.pki.encoding;

import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;

/** The textual encoding of RFC 7468; reading is strict: one request and nothing around it but white space. */
public final class Pem {

    /** The second label is the one of RFC 7468, appendix A, that keytool writes. */
    private static final List<String> REQUEST_LABELS = List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");

    /** RFC 7468, 9 and 8: of the two that openssl writes. */
    private static final List<String> SIGNED_DATA_LABELS = List.of("CMS", "PKCS7");

    private Pem() {}

    public static String certificate(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    /** Of a certificate that we made. */
    public static X509CertificateHolder certificate(String pem) {
        try (var parser = new PEMParser(new StringReader(pem))) {
            return (X509CertificateHolder) parser.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] request(byte[] bytes) {
        return block(bytes, REQUEST_LABELS);
    }

    public static byte[] signedData(byte[] bytes) {
        return block(bytes, SIGNED_DATA_LABELS);
    }

    private static byte[] block(byte[] bytes, List<String> labels) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        for (var label : labels) {
            var begin = "-----BEGIN %s-----".formatted(label);
            var end = "-----END %s-----".formatted(label);
            if (text.startsWith(begin) && text.endsWith(end) && text.length() > begin.length() + end.length()) {
                return decode(text.substring(begin.length(), text.length() - end.length()));
            }
        }
        throw Rule.CSR_ENCODING.refuses(
                text.isEmpty() ? "nothing" : "neither DER nor one PEM block",
                "one PEM block '%s' with nothing before or after it".formatted(labels.getFirst()));
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

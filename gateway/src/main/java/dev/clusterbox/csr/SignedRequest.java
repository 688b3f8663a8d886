package dev.clusterbox.csr;

import com.google.protobuf.ByteString;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * A CSR whose sender has the key. What it names is left to pki-service, which refuses everything that was not approved.
 *
 * @param der PKCS#10
 * @param publicKey SHA-256 of the SubjectPublicKeyInfo
 */
public record SignedRequest(ByteString der, String publicKey) {

    private static final int LARGEST = 16 * 1024;

    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----(?<base64>[A-Za-z0-9+/=\\s]+)"
                    + "-----END (?:NEW )?CERTIFICATE REQUEST-----\\s*");

    /** The DER of a request in PEM; what is no PEM is taken for DER. Neither is looked at any closer. */
    public static byte[] der(byte[] body) {
        if (body.length == 0 || body.length > LARGEST) {
            throw refused("%d bytes (expected: 1 to %d)".formatted(body.length, LARGEST));
        }
        var pem = PEM.matcher(new String(body, StandardCharsets.ISO_8859_1));
        if (!pem.matches()) {
            return body;
        }
        try {
            return Base64.getMimeDecoder().decode(pem.group("base64"));
        } catch (IllegalArgumentException e) {
            throw refused("not Base64");
        }
    }

    public static SignedRequest parse(ByteString der) {
        if (der.size() == 0 || der.size() > LARGEST) {
            throw refused("%d bytes (expected: 1 to %d)".formatted(der.size(), LARGEST));
        }
        if (!isSigned(der.toByteArray())) {
            throw refused("its signature is not by its key");
        }
        return new SignedRequest(der, publicKey(der.toByteArray()));
    }

    /** BouncyCastle answers bytes that make no sense with exceptions of all kinds. */
    private static boolean isSigned(byte[] der) {
        try {
            var request = new PKCS10CertificationRequest(der);
            return request.isSignatureValid(
                    new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo()));
        } catch (IOException e) {
            throw refused("not a PKCS#10 request");
        } catch (PKCSException | OperatorCreationException | RuntimeException e) {
            throw refused("not a request that can be checked");
        }
    }

    private static String publicKey(byte[] der) {
        try {
            return Secrets.hash(new PKCS10CertificationRequest(der)
                    .getSubjectPublicKeyInfo()
                    .getEncoded());
        } catch (IOException e) {
            throw refused("not a PKCS#10 request");
        }
    }

    private static RuntimeException refused(String why) {
        return Problem.invalid("CSR: " + why, "send a PKCS#10 request, PEM or DER")
                .asException();
    }
}

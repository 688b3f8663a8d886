package dev.clusterbox.agent;

import com.google.protobuf.ByteString;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.storage.Secrets;
import java.io.IOException;
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
record AgentRequest(ByteString der, String publicKey) {

    private static final int LARGEST = 16 * 1024;

    static AgentRequest parse(ByteString der) {
        if (der.size() == 0 || der.size() > LARGEST) {
            throw refused("%d bytes (expected: 1 to %d)".formatted(der.size(), LARGEST));
        }
        if (!isSigned(der.toByteArray())) {
            throw refused("its signature is not by its key");
        }
        return new AgentRequest(der, publicKey(der.toByteArray()));
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
        return Problem.invalid("CSR: " + why, "").asException();
    }
}

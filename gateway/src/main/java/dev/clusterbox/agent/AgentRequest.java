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
        try {
            var request = new PKCS10CertificationRequest(der.toByteArray());
            var key = request.getSubjectPublicKeyInfo();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw refused("its signature is not by its key");
            }
            return new AgentRequest(der, Secrets.hash(key.getEncoded()));
        } catch (IOException | PKCSException | OperatorCreationException | RuntimeException e) {
            throw refused(e instanceof IOException ? "not a PKCS#10 request" : String.valueOf(e.getMessage()));
        }
    }

    private static RuntimeException refused(String why) {
        return Problem.invalid("CSR: " + why, "").asException();
    }
}

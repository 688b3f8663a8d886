package dev.clusterbox.agent;

import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.agent.v1.ExpiredCertificate;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.storage.Secrets;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The way back for an agent that slept past the end of its certificate: the expired one and a signature by its key over the
 * new CSR. The key must be the one by which the inventory knows the machine, so a machine that was removed stays out.
 */
@Singleton
final class ExpiredAgents {

    static final Duration GRACE = Duration.ofDays(90);

    private final GatewayIdentity identity;
    private final InstantSource clock;

    ExpiredAgents(GatewayIdentity identity, InstantSource clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /**
     * Returns SHA-256 of the key by which the proof holds.
     *
     * @throws dev.clusterbox.problem.ProblemException if the proof does not hold
     */
    String require(MachineRecord machine, ExpiredCertificate proof, byte[] csr) {
        try {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(proof.getCertificate().toByteArray()));
            certificate.verify(identity.authority().getPublicKey());
            var key = certificate.getPublicKey();
            var hash = Secrets.hash(key.getEncoded());
            if (!machine.isKnownBy(hash)) {
                throw refused("the certificate's key is not this machine's");
            }
            if (certificate.getNotAfter().toInstant().plus(GRACE).isBefore(clock.instant())) {
                throw refused("the certificate expired more than %d days ago".formatted(GRACE.toDays()));
            }
            if (!isSigned(csr, proof.getSignature().toByteArray(), key)) {
                throw refused("the request is not signed by the certificate's key");
            }
            return hash;
        } catch (GeneralSecurityException e) {
            throw refused("the expired certificate is not of this installation");
        }
    }

    private static boolean isSigned(byte[] csr, byte[] signed, PublicKey key) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(key);
        signature.update(csr);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false;
        }
    }

    private static RuntimeException refused(String why) {
        return new Problem(Code.FORBIDDEN, why, "plant a new seed: './clusterbox up' does").asException();
    }
}

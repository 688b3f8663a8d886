package dev.clusterbox.agent.identity;

import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * Who this machine is, once it is enrolled.
 *
 * @param spentToken digest of the token of its enrolment, by which a newly planted seed is told from the old one
 */
public record Identity(
        String machine,
        GatewayAddress gateway,
        X509Certificate authority,
        boolean sharedKernel,
        String spentToken,
        KeyAndRequest key,
        CertificateChain chain) {

    /** At two thirds of the certificate's life. */
    public Instant renewal() {
        return chain.after(2, 3);
    }

    /** What proves the way back after a long sleep: the old key's signature over the new request. */
    public byte[] sign(byte[] request) {
        return KeyAndRequest.sign(key.key(), request);
    }

    /** As the gateway names the certificates of agents. */
    static String subject(String machine) {
        return "CN=%s,O=clusterbox:agents".formatted(machine);
    }

    @Override
    public String toString() {
        return "Identity[%s, until %s]"
                .formatted(machine, chain.leaf().getNotAfter().toInstant());
    }
}

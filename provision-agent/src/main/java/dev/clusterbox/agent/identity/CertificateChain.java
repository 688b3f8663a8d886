package dev.clusterbox.agent.identity;

import dev.clusterbox.problem.Problem;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** A certificate, then those between it and its authority; without the authority. */
public record CertificateChain(List<X509Certificate> certificates) {

    public CertificateChain {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw Problem.invalid("no certificate (expected: at least 1, as PEM)", "")
                    .asException();
        }
    }

    public static CertificateChain parse(String pem) {
        return new CertificateChain(Pem.certificates(pem));
    }

    public X509Certificate leaf() {
        return certificates.getFirst();
    }

    /** Whether each is signed by the next, and the last by the authority. Says nothing about the time. */
    public boolean isOf(X509Certificate authority) {
        try {
            for (int i = 0; i < certificates.size(); i++) {
                var issuer = i + 1 < certificates.size() ? certificates.get(i + 1) : authority;
                if (!issuer.getSubjectX500Principal().equals(certificates.get(i).getIssuerX500Principal())) {
                    return false;
                }
                if (!certificates.get(i).equals(authority)) {
                    certificates.get(i).verify(issuer.getPublicKey());
                }
            }
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Whether the certificate is the key's. */
    public boolean isFor(PrivateKey key) {
        try {
            var challenge = leaf().getEncoded();
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(leaf().getPublicKey());
            signature.update(challenge);
            return signature.verify(KeyAndRequest.sign(key, challenge));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    public boolean isExpired(Instant now) {
        return now.isAfter(leaf().getNotAfter().toInstant());
    }

    /** When so much of its life is over. */
    public Instant after(int parts, int of) {
        var from = leaf().getNotBefore().toInstant();
        return from.plus(Duration.between(from, leaf().getNotAfter().toInstant())
                .multipliedBy(parts)
                .dividedBy(of));
    }

    public String toPem() {
        return certificates.stream().map(CertificateChain::encode).collect(Collectors.joining());
    }

    public static String encode(X509Certificate certificate) {
        try {
            return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate can be encoded", e);
        }
    }
}

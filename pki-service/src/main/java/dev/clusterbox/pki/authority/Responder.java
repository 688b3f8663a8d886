package dev.clusterbox.pki.authority;

import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.ContentSigner;

/** Who signs OCSP responses for one generation of an authority (RFC 6960, 4.2.2.2): a key in memory and its certificate. */
public final class Responder {

    private final X509CertificateHolder certificate;
    private final PrivateKey key;
    private final AuthorityKeyType keyType;

    Responder(X509CertificateHolder certificate, PrivateKey key, AuthorityKeyType keyType) {
        this.certificate = certificate;
        this.key = key;
        this.keyType = keyType;
    }

    public X509CertificateHolder certificate() {
        return certificate;
    }

    /** For one signature. */
    public ContentSigner signer() {
        return new KeySigner(key, keyType);
    }

    /** While it is valid for long enough to outlive what it signs. */
    boolean isFresh(Instant now) {
        var begin = certificate.getNotBefore().toInstant();
        var end = certificate.getNotAfter().toInstant();
        return now.isBefore(begin.plus(Duration.between(begin, end).dividedBy(2)));
    }
}

package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.ContentSigner;

/** A generation of an authority with its key at hand. Others get signatures of it, never the key. */
public final class CertificateAuthority {

    private final AuthorityRecord record;
    private final X509CertificateHolder certificate;
    private final PrivateKey key;
    private final AuthorityKeyType keyType;

    CertificateAuthority(AuthorityRecord record, X509CertificateHolder certificate, PrivateKey key) {
        this.record = record;
        this.certificate = certificate;
        this.key = key;
        this.keyType = AuthorityKeyType.parse(record.keyType());
    }

    public AuthorityRecord record() {
        return record;
    }

    public X509CertificateHolder certificate() {
        return certificate;
    }

    /** For one signature. */
    public ContentSigner signer() {
        return new KeySigner(key, keyType);
    }

    X509Certificate x509() {
        try {
            return new JcaX509CertificateConverter().getCertificate(certificate);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    public AuthorityKeyType keyType() {
        return keyType;
    }

    PrivateKey key() {
        return key;
    }

    /** Never with the key in it, whoever prints it. */
    @Override
    public String toString() {
        return record.name();
    }
}

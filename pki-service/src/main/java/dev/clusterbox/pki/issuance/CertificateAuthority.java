package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import java.security.PrivateKey;
import org.bouncycastle.cert.X509CertificateHolder;

/** An authority with its key at hand. */
record CertificateAuthority(AuthorityRecord record, X509CertificateHolder certificate, PrivateKey key) {

    /** Never with the key in it, whoever prints it. */
    @Override
    public String toString() {
        return record.name();
    }
}

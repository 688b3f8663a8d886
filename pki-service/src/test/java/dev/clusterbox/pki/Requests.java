package dev.clusterbox.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A plain request that names nothing. */
public final class Requests {

    public static final byte[] CSR = csr();

    private Requests() {}

    private static byte[] csr() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var keys = generator.generateKeyPair();
            var content = new CertificationRequestInfo(
                    new X500Name(new RDN[0]),
                    SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()),
                    new DERSet());
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content.getEncoded("DER"));
            return new CertificationRequest(
                            content,
                            new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
                            new DERBitString(signature.sign()))
                    .getEncoded("DER");
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}

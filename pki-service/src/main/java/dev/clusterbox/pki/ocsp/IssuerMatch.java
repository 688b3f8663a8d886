package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;

/** Finds out whether a certificate that is asked for is one of an authority: by the hashes of its name and key. */
final class IssuerMatch {

    /** SHA-1 is what most clients send (RFC 5019, 2.1.1); nothing hangs on its strength here. */
    private static final Map<ASN1ObjectIdentifier, String> DIGESTS = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            NISTObjectIdentifiers.id_sha256, "SHA-256");

    private IssuerMatch() {}

    static boolean is(CertID asked, AuthorityRecord generation) {
        var algorithm = asked.getHashAlgorithm();
        var digest = DIGESTS.get(algorithm.getAlgorithm());
        boolean plain = algorithm.getParameters() == null || DERNull.INSTANCE.equals(algorithm.getParameters());
        if (digest == null || !plain) {
            return false;
        }
        try {
            var certificate = certificate(generation);
            var name = certificate.getSubject().getEncoded("DER");
            var key = certificate.getSubjectPublicKeyInfo().getPublicKeyData().getOctets();
            return MessageDigest.isEqual(
                            hash(digest, name), asked.getIssuerNameHash().getOctets())
                    && MessageDigest.isEqual(
                            hash(digest, key), asked.getIssuerKeyHash().getOctets());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] hash(String digest, byte[] content) {
        try {
            return MessageDigest.getInstance(digest).digest(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509CertificateHolder certificate(AuthorityRecord generation) throws IOException {
        try (var parser = new PEMParser(new StringReader(generation.certificate()))) {
            return (X509CertificateHolder) parser.readObject();
        }
    }
}

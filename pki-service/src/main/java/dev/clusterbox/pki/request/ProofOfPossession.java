package dev.clusterbox.pki.request;

import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The signature of a request shows that whoever made it has the private key. */
public final class ProofOfPossession {

    public static final Map<ASN1ObjectIdentifier, String> ALGORITHMS = Map.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA",
            PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA",
            PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA",
            PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA",
            EdECObjectIdentifiers.id_Ed25519, "Ed25519");

    private ProofOfPossession() {}

    /** Returns the key, which is now known to be that of whoever made the request. */
    static SubjectKey require(CertificationRequest request, SubjectKey key) throws IOException {
        var algorithm = request.getSignatureAlgorithm();
        var name = ALGORITHMS.get(algorithm.getAlgorithm());
        var parameters = algorithm.getParameters();
        boolean wellFormed = parameters == null || (key.type() == KeyType.RSA && DERNull.INSTANCE.equals(parameters));
        if (name == null || !wellFormed || !algorithmsOf(key.type()).contains(name)) {
            throw Rule.SIGNATURE_ALGORITHM.refuses(
                    "%s with a key of type %s"
                            .formatted(name == null ? algorithm.getAlgorithm().getId() : name, key.type()),
                    "ECDSA or RSA (PKCS#1) with SHA-256, SHA-384 or SHA-512, or Ed25519, as the key is");
        }
        var info = request.getCertificationRequestInfo().getEncoded("DER");
        if (!verifies(name, key, info, request.getSignature().getOctets())) {
            throw Rule.PROOF_OF_POSSESSION.refuses(
                    "the signature is not by the key in the request", "a request signed with its own private key");
        }
        return key;
    }

    private static Set<String> algorithmsOf(KeyType type) {
        return switch (type) {
            case EC_P256, EC_P384 -> Set.of("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA");
            case RSA -> Set.of("SHA256withRSA", "SHA384withRSA", "SHA512withRSA");
            case ED25519 -> Set.of("Ed25519");
        };
    }

    /** Java throws for a signature that is no signature at all, which is the same to us. */
    public static boolean verifies(String algorithm, SubjectKey key, byte[] data, byte[] signature) {
        try {
            var verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key.key());
            verifier.update(data);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}

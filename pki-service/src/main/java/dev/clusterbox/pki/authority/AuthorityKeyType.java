package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.authority.AuthorityName.Kind;
import dev.clusterbox.pki.keystore.AuthorityKeys;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** What key an authority may have, and how that key signs. The texts are stored: they may be added to, not changed. */
public enum AuthorityKeyType {
    EC_P256("ec-p256"),
    EC_P384("ec-p384"),
    RSA_2048("rsa-2048"),
    RSA_3072("rsa-3072"),
    RSA_4096("rsa-4096"),
    ED25519("ed25519");

    private final String text;

    AuthorityKeyType(String text) {
        this.text = text;
    }

    static AuthorityKeyType parse(String text) {
        return Arrays.stream(values())
                .filter(type -> type.text.equals(text))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                                "keyType: %s (expected: one of %s)"
                                        .formatted(
                                                Rule.shown(text),
                                                Arrays.stream(values())
                                                        .map(AuthorityKeyType::toString)
                                                        .collect(Collectors.joining(", "))),
                                "")
                        .asException());
    }

    /**
     * The authorities of a cluster are for programs in Go, whose TLS takes Ed25519. Those of the installation are shown to
     * browsers too, and those do not.
     */
    void requireFor(AuthorityName name) {
        if (this == ED25519 && name.kind() == Kind.INSTALLATION) {
            throw Problem.invalid(
                            "keyType: ed25519 for the authority of the installation (expected: an EC or RSA key)",
                            "browsers do not take Ed25519 in TLS; the authorities of a cluster may have it")
                    .asException();
        }
    }

    KeyPair generate(SecureRandom random) {
        return AuthorityKeys.inMemory(algorithm(), parameters(), random);
    }

    /** Where they will be kept. */
    KeyPair generate(AuthorityKeys keys, SecureRandom random) {
        return keys.generate(algorithm(), parameters(), random);
    }

    /** As {@link java.security.KeyFactory} has it. */
    String algorithm() {
        return switch (this) {
            case EC_P256, EC_P384 -> "EC";
            case RSA_2048, RSA_3072, RSA_4096 -> "RSA";
            case ED25519 -> "Ed25519";
        };
    }

    private AlgorithmParameterSpec parameters() {
        return switch (this) {
            case EC_P256 -> new ECGenParameterSpec("secp256r1");
            case EC_P384 -> new ECGenParameterSpec("secp384r1");
            case RSA_2048 -> new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4);
            case RSA_3072 -> new RSAKeyGenParameterSpec(3072, RSAKeyGenParameterSpec.F4);
            case RSA_4096 -> new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4);
            case ED25519 -> NamedParameterSpec.ED25519;
        };
    }

    /** As {@link java.security.Signature} has it. RFC 5758, 3.2: the larger curve with the longer hash. */
    public String signature() {
        return switch (this) {
            case EC_P256 -> "SHA256withECDSA";
            case EC_P384 -> "SHA384withECDSA";
            case RSA_2048, RSA_3072, RSA_4096 -> "SHA256withRSA";
            case ED25519 -> "Ed25519";
        };
    }

    /** As it stands in what is signed. RFC 4055, 5: with NULL for RSA; RFC 5758, 3.2 and RFC 8410, 3: without, for the others. */
    AlgorithmIdentifier identifier() {
        return switch (this) {
            case EC_P256 -> plain(X9ObjectIdentifiers.ecdsa_with_SHA256);
            case EC_P384 -> plain(X9ObjectIdentifiers.ecdsa_with_SHA384);
            case RSA_2048, RSA_3072, RSA_4096 ->
                new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
            case ED25519 -> plain(EdECObjectIdentifiers.id_Ed25519);
        };
    }

    private static AlgorithmIdentifier plain(ASN1ObjectIdentifier algorithm) {
        return new AlgorithmIdentifier(algorithm);
    }

    @Override
    public String toString() {
        return text;
    }
}

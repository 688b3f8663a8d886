package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.params.provider.Arguments;

/** Requests with keys that are weak, broken or somebody else's. */
final class KeyAttacks {

    private KeyAttacks() {}

    static Stream<Arguments> all() {
        var good = Csr.p256().subject("CN=a").der();
        var broken = good.clone();
        broken[good.length - 1] ^= 1;
        var other = SubjectPublicKeyInfo.getInstance(
                Csr.keys("EC", new ECGenParameterSpec("secp256r1")).getPublic().getEncoded());
        var point = Csr.P256.getPublic().getEncoded();
        point[point.length - 1] ^= 1;
        return Stream.of(
                arguments("a broken signature", Rule.PROOF_OF_POSSESSION, broken),
                arguments(
                        "somebody else's key",
                        Rule.PROOF_OF_POSSESSION,
                        Csr.p256().claiming(other).der()),
                arguments(
                        "a changed subject",
                        Rule.PROOF_OF_POSSESSION,
                        Bytes.replaced(Csr.p256().subject("CN=abc").der(), Bytes.bytes("abc"), Bytes.bytes("abd"))),
                arguments(
                        "SHA-1",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.p256().signedWith("SHA1withECDSA").der()),
                arguments(
                        "SHA-1 with RSA",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.with(Csr.RSA_2048).signedWith("SHA1withRSA").der()),
                arguments(
                        "MD5",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.with(Csr.RSA_2048).signedWith("MD5withRSA").der()),
                arguments(
                        "an RSA key that an EC key signed for",
                        Rule.SIGNATURE_ALGORITHM,
                        Csr.p256().claiming(info(Csr.RSA_2048)).der()),
                arguments(
                        "P-521",
                        Rule.EC_KEY,
                        Csr.with(Csr.keys("EC", new ECGenParameterSpec("secp521r1")))
                                .der()),
                arguments(
                        "a curve without a name",
                        Rule.EC_KEY,
                        Csr.p256().claiming(ec(DERNull.INSTANCE)).der()),
                arguments(
                        "secp256k1",
                        Rule.EC_KEY,
                        Csr.p256().claiming(ec(SECObjectIdentifiers.secp256k1)).der()),
                arguments(
                        "a point beside the curve",
                        Rule.EC_KEY,
                        Csr.p256()
                                .claiming(SubjectPublicKeyInfo.getInstance(point))
                                .der()),
                arguments(
                        "RSA with 1024 bits",
                        Rule.RSA_SIZE,
                        Csr.with(Csr.keys("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4)))
                                .signedWith("SHA256withRSA")
                                .der()),
                arguments(
                        "RSA with 100,000 bits",
                        Rule.RSA_SIZE,
                        Csr.p256()
                                .claiming(rsa(BigInteger.TWO.pow(100_000).subtract(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "an exponent of 3",
                        Rule.RSA_EXPONENT,
                        Csr.p256().claiming(rsa(modulus(), 3)).der()),
                arguments(
                        "an exponent of 1",
                        Rule.RSA_EXPONENT,
                        Csr.p256().claiming(rsa(modulus(), 1)).der()),
                arguments(
                        "an even exponent",
                        Rule.RSA_EXPONENT,
                        Csr.p256().claiming(rsa(modulus(), 65538)).der()),
                arguments(
                        "an even modulus",
                        Rule.RSA_SMALL_FACTOR,
                        Csr.p256()
                                .claiming(rsa(modulus().add(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "a modulus with the factor 3",
                        Rule.RSA_SMALL_FACTOR,
                        Csr.p256()
                                .claiming(rsa(BigInteger.TWO.pow(2048).subtract(BigInteger.ONE), 65537))
                                .der()),
                arguments(
                        "a negative modulus",
                        Rule.RSA_SIZE,
                        Csr.p256().claiming(rsa(modulus().negate(), 65537)).der()),
                arguments(
                        "X25519",
                        Rule.KEY_TYPE,
                        Csr.p256()
                                .claiming(info(Csr.keys("X25519", NamedParameterSpec.X25519)))
                                .der()),
                arguments(
                        "Ed448",
                        Rule.KEY_TYPE,
                        Csr.with(Csr.keys("Ed448", NamedParameterSpec.ED448))
                                .signedWith("Ed448")
                                .der()));
    }

    private static SubjectPublicKeyInfo info(KeyPair keys) {
        return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
    }

    private static SubjectPublicKeyInfo ec(ASN1Encodable curve) {
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve),
                info(Csr.P256).getPublicKeyData().getBytes());
    }

    private static SubjectPublicKeyInfo rsa(BigInteger modulus, long exponent) {
        try {
            return new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    new DERSequence(new ASN1Encodable[] {new ASN1Integer(modulus), new ASN1Integer(exponent)}));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BigInteger modulus() {
        return ((RSAPublicKey) Csr.RSA_2048.getPublic()).getModulus();
    }
}

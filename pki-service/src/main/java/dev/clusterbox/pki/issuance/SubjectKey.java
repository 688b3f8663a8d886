package dev.clusterbox.pki.issuance;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A public key that is strong enough: looked at before any arithmetic is done with it. */
record SubjectKey(KeyType type, PublicKey key, SubjectPublicKeyInfo info) {

    private static final int SMALLEST_RSA = 2048;
    /** Larger ones only cost those who check signatures. */
    private static final int LARGEST_RSA = 4096;

    private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65537);
    private static final int LONGEST_EXPONENT = 256;

    /** The product of the odd primes below 752 (NIST SP 800-89, 5.3.3): a modulus that shares a factor with it is broken. */
    private static final BigInteger SMALL_PRIMES = smallPrimes();

    static SubjectKey of(SubjectPublicKeyInfo info) throws IOException {
        var type = type(info.getAlgorithm());
        if (type == KeyType.RSA) {
            checkPositive(ASN1Sequence.getInstance(info.parsePublicKey()));
            checkRsa(RSAPublicKey.getInstance(info.parsePublicKey()));
        }
        var key = decode(type, info.getEncoded("DER"));
        if (key instanceof ECPublicKey ec) {
            checkOnCurve(ec);
        }
        return new SubjectKey(type, key, info);
    }

    private static KeyType type(AlgorithmIdentifier algorithm) {
        var oid = algorithm.getAlgorithm();
        var parameters = algorithm.getParameters();
        if (oid.equals(PKCSObjectIdentifiers.rsaEncryption) && DERNull.INSTANCE.equals(parameters)) {
            return KeyType.RSA;
        }
        if (oid.equals(EdECObjectIdentifiers.id_Ed25519) && parameters == null) {
            return KeyType.ED25519;
        }
        if (!oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            throw Rule.KEY_TYPE.refuses(oid.getId(), "an EC key on P-256 or P-384, RSA or Ed25519");
        }
        if (SECObjectIdentifiers.secp256r1.equals(parameters)) {
            return KeyType.EC_P256;
        }
        if (SECObjectIdentifiers.secp384r1.equals(parameters)) {
            return KeyType.EC_P384;
        }
        throw Rule.EC_KEY.refuses(
                parameters instanceof ASN1ObjectIdentifier curve ? "curve " + curve.getId() : "a curve without a name",
                "P-256 or P-384, by name");
    }

    private static PublicKey decode(KeyType type, byte[] info) {
        try {
            var algorithm = switch (type) {
                case EC_P256, EC_P384 -> "EC";
                case RSA -> "RSA";
                case ED25519 -> "Ed25519";
            };
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info));
        } catch (GeneralSecurityException e) {
            throw Rule.KEY_TYPE.refuses("not a key of the type %s".formatted(type), "a well-formed public key");
        }
    }

    /** BouncyCastle takes a negative number for the positive one that has the same bytes. */
    private static void checkPositive(ASN1Sequence numbers) {
        for (var number : numbers) {
            if (ASN1Integer.getInstance(number).getValue().signum() <= 0) {
                throw Rule.RSA_KEY.refuses("a negative number in the key", "a modulus and an exponent above 0");
            }
        }
    }

    private static void checkRsa(RSAPublicKey key) {
        var modulus = key.getModulus();
        var exponent = key.getPublicExponent();
        if (modulus.bitLength() < SMALLEST_RSA || modulus.bitLength() > LARGEST_RSA) {
            throw Rule.RSA_KEY.refuses(
                    modulus.bitLength() + " bits", "%d to %d bits".formatted(SMALLEST_RSA, LARGEST_RSA));
        }
        if (exponent.compareTo(SMALLEST_EXPONENT) < 0
                || exponent.bitLength() > LONGEST_EXPONENT
                || !exponent.testBit(0)) {
            throw Rule.RSA_KEY.refuses(
                    "exponent of %d bits, %s".formatted(exponent.bitLength(), exponent.testBit(0) ? "odd" : "even"),
                    "an odd exponent from 65537 to 2^256");
        }
        if (!modulus.testBit(0) || !modulus.gcd(SMALL_PRIMES).equals(BigInteger.ONE)) {
            throw Rule.RSA_KEY.refuses("a modulus with a small factor", "the product of two large primes");
        }
    }

    /** An invalid point lets its owner learn about the other side's key; Java does not look when it decodes one. */
    private static void checkOnCurve(ECPublicKey key) {
        var curve = key.getParams().getCurve();
        var p = ((ECFieldFp) curve.getField()).getP();
        var x = key.getW().getAffineX();
        var y = key.getW().getAffineY();
        var right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            throw Rule.EC_KEY.refuses("a point that is not on the curve", "a point on the curve");
        }
    }

    private static BigInteger smallPrimes() {
        var product = BigInteger.ONE;
        for (var prime = BigInteger.valueOf(3); prime.intValue() < 752; prime = prime.nextProbablePrime()) {
            product = product.multiply(prime);
        }
        return product;
    }
}

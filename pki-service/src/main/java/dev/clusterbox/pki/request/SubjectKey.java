package dev.clusterbox.pki.request;

import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.pki.weakkeys.KnownKeys;
import dev.clusterbox.pki.weakkeys.RsaKey;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A public key that is strong enough: looked at before any arithmetic is done with it. */
public record SubjectKey(KeyType type, PublicKey key, SubjectPublicKeyInfo info) {

    /** What is looked at here, in this order. */
    static final Rule[] RULES = {
        Rule.KEY_TYPE,
        Rule.RSA_SIZE,
        Rule.RSA_EXPONENT,
        Rule.RSA_SMALL_FACTOR,
        Rule.RSA_ROCA,
        Rule.RSA_CLOSE_PRIMES,
        Rule.EC_KEY,
        Rule.ED25519_KEY,
        Rule.PUBLISHED_KEY,
        Rule.DEBIAN_KEY
    };

    private static final BigInteger ED25519_FIELD = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

    private static final Set<BigInteger> ED25519_SMALL_ORDERS = Set.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            ED25519_FIELD.subtract(BigInteger.ONE),
            new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16),
            new BigInteger("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16));

    public static SubjectKey of(SubjectPublicKeyInfo info) throws IOException {
        var type = type(info.getAlgorithm());
        if (type == KeyType.RSA) {
            RsaKey.check(info.parsePublicKey());
        }
        var key = decode(type, info.getEncoded("DER"));
        if (key instanceof ECPublicKey ec) {
            checkOnCurve(ec);
        }
        if (type == KeyType.ED25519) {
            checkOrder(info.getPublicKeyData().getOctets());
        }
        KnownKeys.check(key);
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
            var rule = switch (type) {
                case EC_P256, EC_P384 -> Rule.EC_KEY;
                case RSA -> Rule.CSR_STRUCTURE;
                case ED25519 -> Rule.ED25519_KEY;
            };
            throw rule.refuses("not a key of the type %s".formatted(type), "a well-formed public key");
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

    /**
     * With a point of small order a signature that anybody can make is right, so it shows nothing. The points are those
     * whose second coordinate is one of these; larger coordinates than the field has are other ways to write them.
     */
    private static void checkOrder(byte[] point) {
        var y = point.clone();
        y[y.length - 1] &= 0x7f;
        for (int i = 0, j = y.length - 1; i < j; i++, j--) {
            byte swapped = y[i];
            y[i] = y[j];
            y[j] = swapped;
        }
        var coordinate = new BigInteger(1, y);
        if (coordinate.compareTo(ED25519_FIELD) >= 0 || ED25519_SMALL_ORDERS.contains(coordinate)) {
            throw Rule.ED25519_KEY.refuses(
                    "a point of small order, or written in another way", "a point of large order");
        }
    }
}

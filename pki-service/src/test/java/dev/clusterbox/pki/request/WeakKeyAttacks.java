package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.params.provider.Arguments;

/** Keys that are well-formed, large enough, and that somebody else can find the private half of. */
public final class WeakKeyAttacks {

    /** RFC 9500, 2.1 and 2.3. */
    private static final String TEST_RSA_2048 =
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsPnoGUOnrpiSqt4XynxA+HRP7S+BSObI6qJ7"
                    + "fQAVSPtRkqsotWxQYLEYzNEx5ZSHTGypibVsJylvCfuToDTfMul8b/CZjP2Ob0LdpYrNH6l5hvFE89FU"
                    + "1nZQF15oVLOpUgA7wGiHuEVawrGfey92UE68mOyUVXGweJIVDdxqdMoPvNNUl86BU02vlBiESxOuox+d"
                    + "WmuVV7vfYZ79Toh/LUK43YvJh+rhv4nKuF7iHjVjBd9sB6iDjj70HFldzOQ9r8SRI+9NirupPTkF5AKN"
                    + "e6kUhKJ1luB7S27ZkvB3tSTT3P593VVJvnzOjaA1z6Cz+4+eRvcysqhrRgFlwI9TEwIDAQAB";

    private static final String TEST_P256 =
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFs"
                    + "TNEMTLjVuKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==";

    /** What OpenSSL 0.9.8 with Debian's change makes in the first process of a 64-bit machine. */
    private static final BigInteger DEBIAN_RSA_2048 = new BigInteger(
            "B6964976D54A0C41772410CB0349F242BFB2475BE0941056719E2CE169A92F1B29EF83E38CC43F73"
                    + "8C16987EBBD18426DACA80724519E1D39A09C7DFB580ED0051870B3ACE70666E53482E523F5D6392"
                    + "9844B7ADA27452BA70A1135EE73FA8F6637441BC6B072D360446643105B717ED5DF5B7B9252C87BB"
                    + "EC1236CF477FE49C87A5F3F94DCDA9ED7FBB35511D69199289E8F558A6BFA8BD00DE77D4448120D9"
                    + "5AC8E368A2DB88090BB594C97C9B929F7D96B4A991FE5CA7271E31C71ECA30ECD2731DF9E28C33DE"
                    + "F35C6FC9400A207888E1CDD810C27D0DF957EFC9438E741E471AC3D9D33B55E7B4984FF7636F968F"
                    + "8731CECA20EFA26E4763CB461D295AA9",
            16);

    private static final BigInteger DEBIAN_P256 =
            new BigInteger("F9D282434687B7A13C0030FF8F516817407A91E6980813AF4ADD47A46C685114", 16);

    private WeakKeyAttacks() {}

    public static Stream<Arguments> all() {
        return Stream.of(
                weak("close primes", Rule.RSA_CLOSE_PRIMES, rsa(close(BigInteger.TWO))),
                weak(
                        "primes that differ in their lower half",
                        Rule.RSA_CLOSE_PRIMES,
                        rsa(close(BigInteger.TWO.pow(510)))),
                weak(
                        "the square of a prime",
                        Rule.RSA_CLOSE_PRIMES,
                        rsa(prime(1024, 1).pow(2))),
                weak("a key of a smart card with ROCA", Rule.RSA_ROCA, rsa(roca(2048))),
                weak("a longer key of a smart card with ROCA", Rule.RSA_ROCA, rsa(roca(3072))),
                weak("the factor 751", Rule.RSA_SMALL_FACTOR, rsa(withFactor(751))),
                weak("the factor 7", Rule.RSA_SMALL_FACTOR, rsa(withFactor(7))),
                weak("a modulus of zero", Rule.RSA_SIZE, rsa(BigInteger.ZERO)),
                weak("a modulus of one", Rule.RSA_SIZE, rsa(BigInteger.ONE)),
                weak("2047 bits", Rule.RSA_SIZE, rsa(BigInteger.TWO.pow(2047).subtract(BigInteger.TWO))),
                weak("4097 bits", Rule.RSA_SIZE, rsa(BigInteger.TWO.pow(4096).add(BigInteger.TWO))),
                weak("an exponent of zero", Rule.RSA_EXPONENT, rsa(modulus(), BigInteger.ZERO)),
                weak("an exponent of -65537", Rule.RSA_EXPONENT, rsa(modulus(), BigInteger.valueOf(-65537))),
                weak("an exponent of 17", Rule.RSA_EXPONENT, rsa(modulus(), BigInteger.valueOf(17))),
                weak(
                        "an exponent as long as the modulus",
                        Rule.RSA_EXPONENT,
                        rsa(modulus(), modulus().subtract(BigInteger.TWO))),
                weak("Debian's RSA key of 2008", Rule.DEBIAN_KEY, rsa(DEBIAN_RSA_2048)),
                weak(
                        "Debian's RSA key with another exponent",
                        Rule.DEBIAN_KEY,
                        rsa(DEBIAN_RSA_2048, BigInteger.valueOf(65539))),
                weak("Debian's EC key of 2008", Rule.DEBIAN_KEY, p256(DEBIAN_P256, false)),
                weak("Debian's EC key, the other point with it", Rule.DEBIAN_KEY, p256(DEBIAN_P256, true)),
                weak("the RSA key of RFC 9500", Rule.PUBLISHED_KEY, published(TEST_RSA_2048)),
                weak("the EC key of RFC 9500", Rule.PUBLISHED_KEY, published(TEST_P256)),
                weak("the point at infinity", Rule.EC_KEY, point(new byte[1])),
                weak("a compressed point", Rule.EC_KEY, point(Bytes.join(new byte[] {2}, Bytes.filled(32, 1)))),
                weak("a hybrid point", Rule.EC_KEY, point(Bytes.join(new byte[] {6}, Bytes.filled(64, 1)))),
                weak("no point", Rule.EC_KEY, point(new byte[0])),
                weak("the point (0, 0)", Rule.EC_KEY, point(Bytes.join(new byte[] {4}, new byte[64]))),
                weak(
                        "a coordinate beyond the field",
                        Rule.EC_KEY,
                        point(Bytes.join(new byte[] {4}, Bytes.filled(64, -1)))),
                weak(
                        "a point with one byte too many",
                        Rule.EC_KEY,
                        point(Bytes.join(new byte[] {4}, Bytes.filled(65, 1)))),
                weak("a point of P-256 on P-384", Rule.EC_KEY, p384()),
                weak("the neutral point of Ed25519", Rule.ED25519_KEY, ed25519("01" + "00".repeat(31))),
                weak("a point of order 2", Rule.ED25519_KEY, ed25519("ec" + "ff".repeat(30) + "7f")),
                weak("a point of order 4", Rule.ED25519_KEY, ed25519("00".repeat(32))),
                weak("the other point of order 4", Rule.ED25519_KEY, ed25519("00".repeat(31) + "80")),
                weak(
                        "a point of order 8",
                        Rule.ED25519_KEY,
                        ed25519("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")),
                weak(
                        "another point of order 8",
                        Rule.ED25519_KEY,
                        ed25519("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")),
                weak(
                        "a coordinate that is larger than the field",
                        Rule.ED25519_KEY,
                        ed25519("f0" + "ff".repeat(30) + "7f")));
    }

    public static SubjectPublicKeyInfo somebodyElses() {
        return SubjectPublicKeyInfo.getInstance(
                Csr.keys("EC", new ECGenParameterSpec("secp256r1")).getPublic().getEncoded());
    }

    private static Arguments weak(String attack, Rule rule, SubjectPublicKeyInfo key) {
        return arguments(attack, rule, Csr.p256().claiming(key).der());
    }

    private static SubjectPublicKeyInfo rsa(BigInteger modulus) {
        return rsa(modulus, BigInteger.valueOf(65537));
    }

    private static SubjectPublicKeyInfo rsa(BigInteger modulus, BigInteger exponent) {
        try {
            return new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                    new DERSequence(new ASN1Encodable[] {new ASN1Integer(modulus), new ASN1Integer(exponent)}));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BigInteger modulus() {
        return ((java.security.interfaces.RSAPublicKey) Csr.RSA_2048.getPublic()).getModulus();
    }

    private static BigInteger prime(int bits, int seed) {
        return BigInteger.TWO
                .pow(bits - 1)
                .add(BigInteger.TWO.pow(bits - 2))
                .add(new BigInteger(bits - 2, new Random(seed)))
                .nextProbablePrime();
    }

    private static BigInteger close(BigInteger distance) {
        var p = prime(1024, 2);
        return p.multiply(p.add(distance).nextProbablePrime());
    }

    private static BigInteger withFactor(int factor) {
        var small = BigInteger.valueOf(factor);
        return prime(2048 - small.bitLength() + 1, 3).multiply(small);
    }

    /** As the broken library does it: each prime is k times the primorial, and a power of 65537. */
    private static BigInteger roca(int bits) {
        return rocaPrime(bits / 2, 5).multiply(rocaPrime(bits / 2, 6));
    }

    private static BigInteger rocaPrime(int bits, int seed) {
        var primorial = BigInteger.ONE;
        for (int prime = 2; prime <= 701; prime = next(prime)) {
            primorial = primorial.multiply(BigInteger.valueOf(prime));
        }
        var random = new Random(seed);
        while (true) {
            var low = BigInteger.valueOf(65537).modPow(new BigInteger(60, random), primorial);
            var k = BigInteger.TWO.pow(bits).subtract(BigInteger.ONE).divide(primorial);
            var prime =
                    k.subtract(new BigInteger(20, random)).multiply(primorial).add(low);
            if (prime.isProbablePrime(20)) {
                return prime;
            }
        }
    }

    private static int next(int prime) {
        return BigInteger.valueOf(prime).nextProbablePrime().intValueExact();
    }

    private static SubjectPublicKeyInfo p256(BigInteger x, boolean negative) {
        var curve = ((ECPublicKey) Csr.P256.getPublic()).getParams().getCurve();
        var p = ((ECFieldFp) curve.getField()).getP();
        var square = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
        var y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p);
        var other = negative ? p.subtract(y) : y;
        return point(Bytes.join(
                new byte[] {4}, BigIntegers.asUnsignedByteArray(32, x), BigIntegers.asUnsignedByteArray(32, other)));
    }

    private static SubjectPublicKeyInfo point(byte[] point) {
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1), point);
    }

    private static SubjectPublicKeyInfo p384() {
        var p256 = SubjectPublicKeyInfo.getInstance(Csr.P256.getPublic().getEncoded());
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp384r1),
                p256.getPublicKeyData().getBytes());
    }

    private static SubjectPublicKeyInfo ed25519(String hex) {
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519),
                HexFormat.of().parseHex(hex));
    }

    private static SubjectPublicKeyInfo published(String base64) {
        return SubjectPublicKeyInfo.getInstance(Base64.getDecoder().decode(base64));
    }
}

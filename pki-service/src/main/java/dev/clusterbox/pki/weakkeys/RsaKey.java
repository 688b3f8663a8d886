package dev.clusterbox.pki.weakkeys;

import dev.clusterbox.pki.rule.Rule;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;

/** What can be wrong with an RSA key, as far as its public part shows it. */
public final class RsaKey {

    private static final int SMALLEST = 2048;
    /** Larger ones only cost those who check signatures. */
    private static final int LARGEST = 4096;

    private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65537);
    private static final int LONGEST_EXPONENT = 256;

    /** The product of the odd primes below 752 (NIST SP 800-89, 5.3.3): a modulus that shares a factor with it is broken. */
    private static final BigInteger SMALL_PRIMES = smallPrimes();

    private RsaKey() {}

    /** @param key RSAPublicKey of RFC 8017, A.1.1; BouncyCastle's class for it takes negative numbers for large ones */
    public static void check(ASN1Primitive key) {
        var numbers = ASN1Sequence.getInstance(key);
        if (numbers.size() != 2) {
            throw Rule.CSR_STRUCTURE.refuses("an RSA key of %d values".formatted(numbers.size()), "two numbers");
        }
        var modulus = ASN1Integer.getInstance(numbers.getObjectAt(0)).getValue();
        var exponent = ASN1Integer.getInstance(numbers.getObjectAt(1)).getValue();
        if (modulus.signum() < 0 || modulus.bitLength() < SMALLEST || modulus.bitLength() > LARGEST) {
            throw Rule.RSA_SIZE.refuses(
                    "%s of %d bits"
                            .formatted(modulus.signum() < 0 ? "a negative modulus" : "a modulus", modulus.bitLength()),
                    "%d to %d bits".formatted(SMALLEST, LARGEST));
        }
        if (exponent.compareTo(SMALLEST_EXPONENT) < 0
                || exponent.bitLength() > LONGEST_EXPONENT
                || !exponent.testBit(0)) {
            throw Rule.RSA_EXPONENT.refuses(
                    "exponent of %d bits, %s".formatted(exponent.bitLength(), exponent.testBit(0) ? "odd" : "even"),
                    "an odd exponent from 65537 to 2^256");
        }
        if (!modulus.testBit(0) || !modulus.gcd(SMALL_PRIMES).equals(BigInteger.ONE)) {
            throw Rule.RSA_SMALL_FACTOR.refuses("a modulus with a small factor", "the product of two large primes");
        }
        if (Roca.made(modulus)) {
            throw Rule.RSA_ROCA.refuses("a modulus with the fingerprint of ROCA", "a key from another generator");
        }
        if (Fermat.factors(modulus)) {
            throw Rule.RSA_CLOSE_PRIMES.refuses(
                    "factored within %d rounds of Fermat's method".formatted(Fermat.ROUNDS),
                    "the product of two primes that are far apart");
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

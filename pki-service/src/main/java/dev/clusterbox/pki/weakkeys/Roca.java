package dev.clusterbox.pki.weakkeys;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Knows keys of Infineon's broken library (CVE-2017-15361; Nemec and others, "The Return of Coppersmith's Attack"). Its
 * primes are powers of 65537 modulo the product of the first small primes, so their product is one too. That is so if, and
 * only if, the logarithms modulo each of these primes agree with each other; another modulus does that once in 2^154.
 */
final class Roca {

    private static final int GENERATOR = 65537;

    private static final int[] PRIMES = {
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167
    };

    private static final BigInteger PRIMORIAL =
            Arrays.stream(PRIMES).mapToObj(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);

    /** For each prime and each number below it the exponent to which the generator has to be raised, or -1. */
    private static final int[][] LOGARITHMS =
            Arrays.stream(PRIMES).mapToObj(Roca::logarithms).toArray(int[][]::new);

    /** For each prime how many powers the generator has. */
    private static final int[] ORDERS = Arrays.stream(LOGARITHMS)
            .mapToInt(table -> 1 + Arrays.stream(table).max().orElseThrow())
            .toArray();

    private Roca() {}

    static boolean made(BigInteger modulus) {
        var rest = modulus.mod(PRIMORIAL);
        var logarithms = new int[PRIMES.length];
        for (int i = 0; i < PRIMES.length; i++) {
            logarithms[i] =
                    LOGARITHMS[i][rest.mod(BigInteger.valueOf(PRIMES[i])).intValue()];
            if (logarithms[i] < 0) {
                return false;
            }
        }
        return agree(logarithms);
    }

    /** There is an exponent with all these remainders if each two of them allow one. */
    private static boolean agree(int[] logarithms) {
        for (int i = 0; i < logarithms.length; i++) {
            for (int j = 0; j < i; j++) {
                if ((logarithms[i] - logarithms[j]) % gcd(ORDERS[i], ORDERS[j]) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int[] logarithms(int prime) {
        var table = new int[prime];
        Arrays.fill(table, -1);
        int power = 1;
        for (int exponent = 0; table[power] < 0; exponent++) {
            table[power] = exponent;
            power = power * (GENERATOR % prime) % prime;
        }
        return table;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}

package dev.clusterbox.pki.weakkeys;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Fermat's method: N = a^2 - b^2 with a just above the root of N, if the primes of N are close to each other. Most a are
 * left out without big numbers: a^2 - N has to be a square modulo every small prime too.
 */
public final class Fermat {

    /** As many as the Baseline Requirements want; generators that are broken in this way need one or two. */
    static final int ROUNDS = 100;

    private static final int[] PRIMES = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59};

    private static final boolean[][] SQUARES =
            Arrays.stream(PRIMES).mapToObj(Fermat::squares).toArray(boolean[][]::new);

    private Fermat() {}

    static boolean factors(BigInteger modulus) {
        var floor = modulus.sqrt();
        var first = floor.multiply(floor).equals(modulus) ? floor : floor.add(BigInteger.ONE);
        var roots = remainders(first);
        var moduli = remainders(modulus);
        for (int round = 0; round < ROUNDS; round++) {
            if (mayBeSquare(roots, moduli, round)) {
                var a = first.add(BigInteger.valueOf(round));
                var square = a.multiply(a).subtract(modulus);
                var b = square.sqrt();
                if (b.multiply(b).equals(square)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mayBeSquare(int[] roots, int[] moduli, int round) {
        for (int i = 0; i < PRIMES.length; i++) {
            int a = roots[i] + round;
            if (!SQUARES[i][Math.floorMod(a * a - moduli[i], PRIMES[i])]) {
                return false;
            }
        }
        return true;
    }

    private static int[] remainders(BigInteger number) {
        return Arrays.stream(PRIMES)
                .map(prime -> number.mod(BigInteger.valueOf(prime)).intValue())
                .toArray();
    }

    private static boolean[] squares(int prime) {
        var squares = new boolean[prime];
        for (int i = 0; i < prime; i++) {
            squares[i * i % prime] = true;
        }
        return squares;
    }
}

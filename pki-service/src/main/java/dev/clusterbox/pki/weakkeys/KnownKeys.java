package dev.clusterbox.pki.weakkeys;

import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.util.BigIntegers;

/**
 * Keys whose private half everybody has: by the hash of what cannot be changed in them, which is the modulus (whatever the
 * exponent) or the first coordinate (whatever the sign).
 */
public final class KnownKeys {

    /** Of a hash in the list of Debian's keys. Two hundred thousand of them meet another key once in 10^9. */
    private static final int PREFIX = 6;

    private static final Set<String> PUBLISHED = published();

    private static final byte[] DEBIAN = resource("/weak-keys/debian.bin");

    private KnownKeys() {}

    public static void check(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            check(Sha256.of(BigIntegers.asUnsignedByteArray(rsa.getModulus())));
        } else if (key instanceof ECPublicKey ec) {
            int length = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
            check(Sha256.of(BigIntegers.asUnsignedByteArray(length, ec.getW().getAffineX())));
        }
    }

    private static void check(byte[] hash) {
        if (PUBLISHED.contains(HexFormat.of().formatHex(hash))) {
            throw Rule.PUBLISHED_KEY.refuses("a key that was published for tests", "a key of one's own");
        }
        if (isDebians(hash)) {
            throw Rule.DEBIAN_KEY.refuses("a key of Debian's broken generator", "a key from another generator");
        }
    }

    /** The list is sorted. */
    private static boolean isDebians(byte[] hash) {
        int low = 0;
        int high = DEBIAN.length / PREFIX - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int from = middle * PREFIX;
            int order = Arrays.compareUnsigned(DEBIAN, from, from + PREFIX, hash, 0, PREFIX);
            if (order == 0) {
                return true;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    private static Set<String> published() {
        return new String(resource("/weak-keys/published.txt"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, 64))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static byte[] resource(String name) {
        try (var in = KnownKeys.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the program");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

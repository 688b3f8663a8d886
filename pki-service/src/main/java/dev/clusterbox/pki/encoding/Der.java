package dev.clusterbox.pki.encoding;

import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.bouncycastle.cert.X509CertificateHolder;

/**
 * Looks at the shape of an encoding before anybody builds objects from it: exactly one value in DER, not deep, not many.
 * Without recursion and without copies, so its cost does not depend on what an attacker sends.
 */
public final class Der {

    /** What was encoded already, or can be. */
    public static byte[] of(X509CertificateHolder certificate) {
        try {
            return certificate.getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request has eight levels. */
    private static final int DEEPEST = 16;

    /** A request with a hundred names has some two hundred values. */
    private static final int MOST_VALUES = 1000;

    private static final int CONSTRUCTED = 0x20;
    private static final int MULTI_BYTE_TAG = 0x1f;
    private static final String EXPECTED = "one value in DER and nothing after it";

    private final byte[] bytes;
    private int at;

    private Der(byte[] bytes) {
        this.bytes = bytes;
    }

    public static void requireOneValue(byte[] bytes) {
        new Der(bytes).walk();
    }

    private void walk() {
        var ends = new int[DEEPEST];
        int depth = 0;
        ends[0] = bytes.length;
        int values = 0;
        do {
            if (++values > MOST_VALUES) {
                throw refuse("more than %d values".formatted(MOST_VALUES));
            }
            int tag = next(ends[depth]);
            if (tag == 0 || (tag & MULTI_BYTE_TAG) == MULTI_BYTE_TAG) {
                throw refuse("tag %d".formatted(tag));
            }
            int length = length(ends[depth]);
            int end = at + length;
            if (end > ends[depth]) {
                throw refuse("a value of %d bytes ends after what it is in".formatted(length));
            }
            if ((tag & CONSTRUCTED) == 0) {
                at = end;
            } else if (++depth < DEEPEST) {
                ends[depth] = end;
            } else {
                throw refuse("deeper than %d levels".formatted(DEEPEST));
            }
            while (depth > 0 && at == ends[depth]) {
                depth--;
            }
        } while (depth > 0);
        if (at != bytes.length) {
            throw refuse("%d bytes after the end".formatted(bytes.length - at));
        }
    }

    /** DER has one way to write a length, and never an indefinite one. */
    private int length(int limit) {
        int first = next(limit);
        if (first < 0x80) {
            return first;
        }
        int count = first & 0x7f;
        if (count == 0 || count > 3) {
            throw refuse("a length of %d bytes".formatted(count));
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = (length << 8) | next(limit);
        }
        if (length < 0x80 || length < 1 << (8 * (count - 1))) {
            throw refuse("a length of %d written with %d bytes".formatted(length, count));
        }
        return length;
    }

    private int next(int limit) {
        if (at >= limit) {
            throw refuse("it ends at byte %d".formatted(at));
        }
        return bytes[at++] & 0xff;
    }

    private static RuntimeException refuse(String value) {
        return Rule.CSR_ENCODING.refuses(value, EXPECTED);
    }
}

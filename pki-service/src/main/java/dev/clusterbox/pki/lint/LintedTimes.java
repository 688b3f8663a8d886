package dev.clusterbox.pki.lint;

import dev.clusterbox.pki.lint.Lint.Expected;
import java.time.Instant;
import java.util.List;

/**
 * RFC 5280, 4.1.2.5: up to 2049 UTCTime, from then on GeneralizedTime, both with seconds and Z. Parsers take both for every
 * year, so this looks at the bytes.
 */
final class LintedTimes {

    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final Instant YEAR_2050 = Instant.parse("2050-01-01T00:00:00Z");

    /** Before the validity: version, serial, algorithm and issuer. */
    private static final int FIELDS_BEFORE = 4;

    private final byte[] der;
    private int at;

    private LintedTimes(byte[] der) {
        this.der = der;
    }

    /** @param der known to be one value in DER */
    static void require(byte[] der, Expected expected) {
        var times = new LintedTimes(der);
        times.enter();
        times.enter();
        for (int i = 0; i < FIELDS_BEFORE; i++) {
            times.skip();
        }
        times.enter();
        times.requireForm(expected.notBefore());
        times.requireForm(expected.notAfter());
    }

    private void requireForm(Instant time) {
        int wanted = time.isBefore(YEAR_2050) ? UTC_TIME : GENERALIZED_TIME;
        int tag = der[at] & 0xff;
        int length = der[at + 1];
        boolean zulu = der[at + 1 + length] == 'Z';
        Lint.require(
                "time",
                tag == wanted && length == (wanted == UTC_TIME ? 13 : 15) && zulu,
                List.of("tag", tag, "length", length),
                "UTCTime up to 2049, then GeneralizedTime, with seconds and Z");
        skip();
    }

    private void skip() {
        int end = enter();
        at = end;
    }

    /** Goes to the content of the value that begins here; returns where it ends. */
    private int enter() {
        int length = der[++at] & 0xff;
        at++;
        if (length >= 0x80) {
            int count = length & 0x7f;
            length = 0;
            for (int i = 0; i < count; i++) {
                length = (length << 8) | (der[at++] & 0xff);
            }
        }
        return at + length;
    }
}

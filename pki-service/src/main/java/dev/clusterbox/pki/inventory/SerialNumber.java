package dev.clusterbox.pki.inventory;

import dev.clusterbox.problem.Problem;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Serial numbers as text: always 32 hexadecimal digits, so that one number has one text. */
public final class SerialNumber {

    private static final Pattern TEXT = Pattern.compile("[0-9A-Fa-f]{1,32}");

    private SerialNumber() {}

    /** Numbers that are too long for one of ours, which others may ask about, have more digits. */
    public static String text(BigInteger serial) {
        var digits = serial.toString(16);
        return "0".repeat(Math.max(0, 32 - digits.length())) + digits;
    }

    /** Takes what people copy from {@code openssl x509 -serial}: capitals, and no leading zeros. */
    public static Optional<String> parse(String text) {
        if (!TEXT.matcher(text).matches()) {
            return Optional.empty();
        }
        return Optional.of("0".repeat(32 - text.length()) + text.toLowerCase(Locale.ROOT));
    }

    /** Of a caller. */
    public static String require(String text) {
        return parse(text)
                .orElseThrow(() -> Problem.invalid("serial: expected at most 32 hexadecimal digits", "")
                        .asException());
    }
}

package dev.clusterbox.join;

import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * A token as text: a prefix by which scanners recognise it, its id, and 256 random bits.
 *
 * @param secret what is hashed
 */
record TokenText(String id, String secret) {

    private static final String PREFIX = "cbjoin_";

    private static final Pattern FORM = Pattern.compile(PREFIX + "(?<id>[a-z2-7]{10})_(?<secret>[A-Za-z0-9_-]{43})");

    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";

    static String newId(RandomGenerator random) {
        var id = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }

    static String of(String id, String secret) {
        return PREFIX + id + "_" + secret;
    }

    static Optional<TokenText> parse(String text) {
        var form = FORM.matcher(text);
        return form.matches() ? Optional.of(new TokenText(form.group("id"), form.group("secret"))) : Optional.empty();
    }
}

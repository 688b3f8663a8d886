package dev.clusterbox.network;

import dev.clusterbox.problem.Problem;
import java.util.regex.Pattern;

/** A DNS label (RFC 1123): safe as a host name, as a folder's name, and in an argument vector, where it is no option. */
public final class Label {

    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private Label() {}

    /**
     * Returns the text, or throws a problem.
     *
     * @param field what it is, for the problem
     */
    public static String parse(String field, String text) {
        if (!ALLOWED.matcher(text).matches()) {
            throw Problem.invalid(
                            "%s: '%s' (expected: 1 to 63 lower case letters, digits and hyphens)"
                                    .formatted(field, text),
                            "")
                    .asException();
        }
        return text;
    }
}

package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import java.util.regex.Pattern;

/**
 * A DNS label (RFC 1123) of at most 30 characters: machines are called {@code NAME-controller-1}, and a host name has room
 * for 63.
 */
public record ClusterName(String value) {

    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,28}[a-z0-9])?");

    public ClusterName {
        if (!LABEL.matcher(value).matches()) {
            throw Problem.invalid(
                            "name: '%s' (expected: lower-case letters, digits and '-', starting with a letter, at most 30)"
                                    .formatted(shortened(value)),
                            "for example 'demo'")
                    .asException();
        }
    }

    static String shortened(String value) {
        return value.length() <= 40 ? value : value.substring(0, 40) + "…";
    }

    @Override
    public String toString() {
        return value;
    }
}

package dev.clusterbox.command;

import dev.clusterbox.problem.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/** A cluster's name: a DNS label, so that it can stand in a path and in a host name as it is. */
public record ClusterName(String value) {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** The cluster that is meant where none is named. It needs the pattern above. */
    static final ClusterName DEFAULT = new ClusterName("demo");

    public ClusterName {
        if (!LABEL.matcher(value).matches()) {
            throw Problem.invalid(
                            "NAME: '%s' (expected: lower-case letters, digits and dashes, at most 63)"
                                    .formatted(Words.shown(value)),
                            "try a name like 'demo' or 'team-a'")
                    .asException();
        }
    }

    /** Takes a name as a person types it: telephones begin a sentence with a capital. */
    static ClusterName typed(String text) {
        return new ClusterName(text.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return value;
    }
}

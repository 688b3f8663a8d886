package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import java.util.regex.Pattern;

/**
 * The name of a node that Clusterbox did not make: a DNS subdomain (RFC 1123), as Kubernetes has it, of at most as many
 * characters as a common name {@code system:node:NAME} has room for (RFC 5280, ub-common-name: 64).
 */
public record NodeName(String value) {

    private static final int LONGEST = 52;

    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

    /** Whose last label is a number would be an address to some (WHATWG URL, "ends in a number"). */
    private static final Pattern NUMBER = Pattern.compile("(.*\\.)?[0-9]+");

    /** What Clusterbox calls its own machines, those to come included. */
    private static final Pattern OURS = Pattern.compile("haproxy|(controller|node)-[0-9]+");

    /** @throws dev.clusterbox.problem.ProblemException if no such node may be called so */
    public NodeName {
        if (value.length() > LONGEST
                || !SUBDOMAIN.matcher(value).matches()
                || NUMBER.matcher(value).matches()) {
            throw Problem.invalid(
                            "node: not usable (expected: a host name in lower case, at most %d characters)"
                                    .formatted(LONGEST),
                            "for example worker-1")
                    .asException();
        }
        if (isReserved(value) || OURS.matcher(value).matches()) {
            throw Problem.invalid(
                            "node: '%s' is a name of the cluster's own (expected: another one)".formatted(value),
                            "for example worker-1")
                    .asException();
        }
    }

    /** Names by which others are reached: a node's serving certificate would speak for them. */
    public static boolean isReserved(String name) {
        return name.equals("localhost")
                || name.equals("kubernetes")
                || name.startsWith("kubernetes.")
                || name.endsWith(".cluster.local")
                || name.endsWith(".svc");
    }
}

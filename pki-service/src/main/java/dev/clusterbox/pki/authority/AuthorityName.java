package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The name of an authority: {@code installation}, or what it is for in which cluster, for example {@code
 * demo-3f9a2c1b.etcd}.
 *
 * @param cluster the unique name of the cluster; empty for the installation's
 */
public record AuthorityName(String cluster, Kind kind) {

    private static final Pattern CLUSTER = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public enum Kind {
        INSTALLATION("installation"),
        KUBERNETES("kubernetes"),
        ETCD("etcd"),
        FRONT_PROXY("front-proxy");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public static AuthorityName parse(String text) {
        if (text.equals(Kind.INSTALLATION.text)) {
            return new AuthorityName("", Kind.INSTALLATION);
        }
        int dot = text.indexOf('.');
        if (dot > 0 && CLUSTER.matcher(text.substring(0, dot)).matches()) {
            var cluster = text.substring(0, dot);
            var kind = Arrays.stream(Kind.values())
                    .filter(it -> it != Kind.INSTALLATION && it.text.equals(text.substring(dot + 1)))
                    .findFirst();
            if (kind.isPresent()) {
                return new AuthorityName(cluster, kind.get());
            }
        }
        throw Problem.invalid(
                        "authority: %s (expected: installation, or CLUSTER.kubernetes, CLUSTER.etcd or CLUSTER.front-proxy)"
                                .formatted(Rule.shown(text)),
                        "CLUSTER has letters a to z, digits and hyphens, 63 at most")
                .asException();
    }

    @Override
    public String toString() {
        return cluster.isEmpty() ? kind.text : cluster + "." + kind.text;
    }
}

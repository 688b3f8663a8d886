package dev.clusterbox.command;

import dev.clusterbox.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a person can ask for. There is one {@link Verb} for each. */
public sealed interface SlashCommand {

    /** What is about one cluster. */
    sealed interface OnCluster extends SlashCommand {
        ClusterName cluster();
    }

    /**
     * Make a cluster, or bring one up to date.
     *
     * @param options only those that were typed; an {@link Integer} for a count, else a {@link String}. The gateway knows
     *     the defaults.
     */
    record Up(ClusterName cluster, Map<Option, Object> options) implements OnCluster {

        public Up {
            options = Map.copyOf(options);
        }
    }

    /** Say what {@link Up} with the same options would do. */
    record Plan(ClusterName cluster, Map<Option, Object> options) implements OnCluster {

        public Plan {
            options = Map.copyOf(options);
        }
    }

    /** Remove a cluster, once its name was typed a second time. */
    record Down(ClusterName cluster) implements OnCluster {}

    record Status(ClusterName cluster) implements OnCluster {}

    /** Try out what a cluster must be able to do. */
    record SmokeTest(ClusterName cluster) implements OnCluster {}

    /** Do again what has failed last. */
    record Retry(ClusterName cluster) implements OnCluster {}

    /** Say what has happened in the newest operation. */
    record Events(ClusterName cluster) implements OnCluster {}

    /** Let no further step of what is under way begin. */
    record Cancel(ClusterName cluster) implements OnCluster {}

    /** Change how many nodes there are. */
    record Scale(ClusterName cluster, int nodes) implements OnCluster {}

    /** Switch all machines off, once the cluster's name was typed a second time. */
    record Stop(ClusterName cluster) implements OnCluster {}

    record Start(ClusterName cluster) implements OnCluster {}

    /**
     * Keep everybody else from changing a cluster.
     *
     * @param reason not empty
     * @param takeOver whether somebody else's lock is replaced
     */
    record Lock(ClusterName cluster, String reason, Optional<Integer> minutes, boolean takeOver) implements OnCluster {

        public Lock {
            if (reason.isBlank()) {
                throw Problem.invalid("why?", "say the reason: 'lock %s upgrading etcd'".formatted(cluster))
                        .asException();
            }
        }
    }

    record Unlock(ClusterName cluster) implements OnCluster {}

    /**
     * Have a key certified.
     *
     * @param pem PKCS#10
     */
    record Csr(ClusterName cluster, String pem) implements OnCluster {

        /** Without blanks and line ends. */
        private static final Pattern REQUEST = Pattern.compile("\\p{Pd}*BEGIN(NEW)?CERTIFICATEREQUEST\\p{Pd}*"
                + "(?<base64>[A-Za-z0-9+/]{4,}={0,2})"
                + "\\p{Pd}*END(NEW)?CERTIFICATEREQUEST\\p{Pd}*");

        /** Puts a request together again that lost its line ends, or whose dashes were made long. */
        static Csr of(List<String> words) {
            var named = !words.isEmpty() && !words.getFirst().contains("BEGIN") && words.size() > 1;
            var request = REQUEST.matcher(String.join("", named ? words.subList(1, words.size()) : words));
            if (!request.matches()) {
                throw Problem.invalid(
                                "this is no certificate request",
                                "paste what 'openssl req -new -key my.key -subj /CN=me' prints, with its first and last line")
                        .asException();
            }
            return new Csr(
                    named ? ClusterName.typed(words.getFirst()) : ClusterName.DEFAULT,
                    "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
                            .formatted(request.group("base64").replaceAll("(.{64})", "$1\n").strip()));
        }
    }

    /** Give the person a kubeconfig. */
    record Kubeconfig(ClusterName cluster) implements OnCluster {}

    record ListClusters() implements SlashCommand {}

    /** Explain one verb, or all. */
    record Help(Optional<Verb> about) implements SlashCommand {}

    /** The cluster that it is about; nothing where it is about none or all. */
    default Optional<ClusterName> target() {
        return this instanceof OnCluster on ? Optional.of(on.cluster()) : Optional.empty();
    }

    /** What who asks for it must be. */
    default Role needs() {
        return switch (this) {
            case Help _, ListClusters _, Status _, Events _ -> Role.VIEWER;
            case Up _, Plan _, SmokeTest _, Retry _, Cancel _, Scale _, Stop _, Start _, Unlock _, Csr _, Kubeconfig _ ->
                Role.OPERATOR;
            case Lock lock -> lock.takeOver() ? Role.ADMIN : Role.OPERATOR;
            case Down _ -> Role.ADMIN;
        };
    }
}

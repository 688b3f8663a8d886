package dev.clusterbox.command;

import java.util.Map;
import java.util.Optional;

/** What a person can ask for. There is one {@link Verb} for each. */
public sealed interface SlashCommand {

    /**
     * Make a cluster, or bring one up to date.
     *
     * @param options only those that were typed; an {@link Integer} for a count, else a {@link String}. The gateway knows
     *     the defaults.
     */
    record Up(ClusterName cluster, Map<Option, Object> options) implements SlashCommand {

        public Up {
            options = Map.copyOf(options);
        }
    }

    /**
     * Remove a cluster.
     *
     * @param confirmed whether the command both named the cluster and said {@code --yes}
     */
    record Down(ClusterName cluster, boolean confirmed) implements SlashCommand {}

    record Status(ClusterName cluster) implements SlashCommand {}

    /** Try out what a cluster must be able to do. */
    record SmokeTest(ClusterName cluster) implements SlashCommand {}

    /** Say how kubectl gets to a cluster. */
    record Kubeconfig(ClusterName cluster) implements SlashCommand {}

    record ListClusters() implements SlashCommand {}

    /** Explain one verb, or all. */
    record Help(Optional<Verb> about) implements SlashCommand {}
}

package dev.clusterbox.cluster;

import dev.clusterbox.operation.Operation;
import dev.clusterbox.operation.Operation.Kind;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.stream.Collectors;

/** What may be changed in a cluster that is there, and its way to sleep and back. */
@Singleton
final class ClusterChanges {

    private final Clusters clusters;
    private final Provisioner provisioner;

    ClusterChanges(Clusters clusters, Provisioner provisioner) {
        this.clusters = clusters;
        this.provisioner = provisioner;
    }

    /** Has nodes made, or drained and removed, the last first, until there are as many as this. */
    Operation scale(String name, int count, String by, Optional<String> key) throws InterruptedException {
        var there = settled(clusters.get(name)).scaledTo(count);
        if (count > clusters.get(name).spec().nodes()) {
            provisioner.plan(there);
        }
        return clusters.ask(
                Wish.of(Kind.SCALE, name)
                        .changing(cluster -> settled(cluster).requireOn().scaledTo(count))
                        .about("to " + count, cluster -> cluster.spec().nodes() == count),
                by,
                key);
    }

    /** Has a machine made anew under its name and address; what it had is gone, but for what the others have too. */
    Operation replace(String name, String hostName, String by, Optional<String> key) {
        return clusters.ask(
                Wish.of(Kind.REPLACE, name)
                        .changing(cluster -> replacing(settled(cluster).requireOn(), hostName))
                        .about(hostName, cluster -> isLeaving(cluster, hostName)),
                by,
                key);
    }

    /** Has all machines switched off, etcd last. */
    Operation stop(String name, String by, Optional<String> key) {
        return clusters.ask(
                Wish.of(Kind.STOP, name).changing(cluster -> {
                    if (!cluster.leaving().isEmpty()) {
                        throw unfinished(cluster);
                    }
                    return settled(cluster);
                }),
                by,
                key);
    }

    /** Has them switched on, etcd first, and everything on them brought up as far as was asked for last. */
    Operation start(String name, String by, Optional<String> key) {
        return clusters.ask(Wish.of(Kind.START, name).changing(ClusterChanges::settled), by, key);
    }

    private static Cluster replacing(Cluster cluster, String hostName) {
        var node = cluster.nodes().stream()
                .filter(n -> n.hostName().equals(hostName))
                .findFirst()
                .orElseThrow(() -> Problem.notFound("cluster '%s' has no machine '%s' (expected: one of %s)"
                                .formatted(
                                        cluster.name(),
                                        ClusterName.shortened(hostName),
                                        cluster.nodes().stream()
                                                .map(Node::hostName)
                                                .collect(Collectors.joining(", "))))
                        .asException());
        if (isLeaving(cluster, hostName)) {
            return cluster;
        }
        if (!cluster.leaving().isEmpty()) {
            throw unfinished(cluster);
        }
        if (node.role() == Role.CONTROLLER && cluster.spec().controllers() == 1) {
            throw Problem.conflict(
                            "%s is the only controller of '%s': all that is in the cluster would be gone with it"
                                    .formatted(hostName, cluster.name()),
                            "'./clusterbox up %s' repairs it".formatted(cluster.name()))
                    .asException();
        }
        return cluster.replacing(node);
    }

    private static boolean isLeaving(Cluster cluster, String hostName) {
        return cluster.leaving().stream().anyMatch(node -> node.hostName().equals(hostName));
    }

    /** A cluster that has machines, or would have them if nothing had gone wrong. */
    private static Cluster settled(Cluster cluster) {
        if (cluster.network().isEmpty()) {
            throw Problem.conflict(
                            "cluster '%s' is not there yet".formatted(cluster.name()),
                            "bring it up first: './clusterbox up %s'".formatted(cluster.name()))
                    .asException();
        }
        return cluster;
    }

    private static RuntimeException unfinished(Cluster cluster) {
        return Problem.conflict(
                        "%s of '%s' has not left yet"
                                .formatted(
                                        cluster.leaving().stream()
                                                .map(Node::hostName)
                                                .collect(Collectors.joining(", ")),
                                        cluster.name()),
                        "'./clusterbox up %s' goes on with that".formatted(cluster.name()))
                .asException();
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSecrets;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.provisioning.Step.Progress;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Function;

/** Has the agents do what the release wants of their machines in a step, on all machines at once. */
@Singleton
final class MachineWork {

    private final Agents agents;
    private final Releases releases;
    private final ClusterSecrets secrets;

    MachineWork(Agents agents, Releases releases, ClusterSecrets secrets) {
        this.agents = agents;
        this.releases = releases;
        this.secrets = secrets;
    }

    Cluster carryOut(String step, Cluster cluster, Progress progress) throws InterruptedException {
        return carryOut(step, cluster, cluster.nodes(), progress);
    }

    /** The same, on some of the machines only. */
    Cluster carryOut(String step, Cluster cluster, List<Node> nodes, Progress progress) throws InterruptedException {
        var release = releases.get(cluster.spec().kubernetes());
        var values = secrets.of(cluster);
        return carryOut(cluster, nodes, node -> release.operations(step, cluster, node, values), progress);
    }

    /** Has whatever runs already trust the authorities that have taken the place of others. */
    Cluster handOutTrust(Cluster cluster, Progress progress) throws InterruptedException {
        var release = releases.get(cluster.spec().kubernetes());
        return carryOut(cluster, cluster.nodes(), node -> release.trust(cluster, node), progress);
    }

    private Cluster carryOut(
            Cluster cluster, List<Node> nodes, Function<Node, List<Operation>> operations, Progress progress)
            throws InterruptedException {
        var outcomes =
                Parallel.each(nodes, node -> agents.run(node.machineId(), node.hostName(), operations.apply(node)));
        long changed = outcomes.stream()
                .flatMap(List::stream)
                .filter(Outcome::hasChanged)
                .count();
        long all = outcomes.stream().mapToInt(List::size).sum();
        progress.say("%d changed, %d as they should be".formatted(changed, all - changed));
        return changed > 0 ? cluster.untested() : cluster;
    }
}

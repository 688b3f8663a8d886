package dev.clusterbox.provisioning;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSecrets;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.provisioning.Step.Progress;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

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
        return carryOut(step, cluster, nodes, Duration.ZERO, progress);
    }

    /** The same, on each machine as soon as its agent attends, which may take as long as it boots. */
    Cluster carryOutAsTheyAttend(String step, Cluster cluster, Progress progress) throws InterruptedException {
        var boot = MachineKind.of(cluster.spec().provider()).boot();
        return carryOut(step, cluster, cluster.nodes(), boot, progress);
    }

    private Cluster carryOut(String step, Cluster cluster, List<Node> nodes, Duration boot, Progress progress)
            throws InterruptedException {
        var release = releases.get(cluster.spec().kubernetes());
        var values = secrets.of(cluster);
        var outcomes = Parallel.each(nodes, node -> {
            agents.await(node.machineId(), boot);
            return agents.run(node.machineId(), node.hostName(), release.operations(step, cluster, node, values));
        });
        long changed = outcomes.stream()
                .flatMap(List::stream)
                .filter(Outcome::hasChanged)
                .count();
        long all = outcomes.stream().mapToInt(List::size).sum();
        progress.say("%d changed, %d as they should be".formatted(changed, all - changed));
        return changed > 0 ? cluster.untested() : cluster;
    }
}

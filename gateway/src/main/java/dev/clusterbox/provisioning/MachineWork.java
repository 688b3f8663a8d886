package dev.clusterbox.provisioning;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.provisioning.Step.Progress;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;

/** Has the agents do what the release wants of their machines in a step, on all machines at once. */
@Singleton
final class MachineWork {

    private final Agents agents;
    private final Releases releases;

    MachineWork(Agents agents, Releases releases) {
        this.agents = agents;
        this.releases = releases;
    }

    Cluster carryOut(String step, Cluster cluster, Progress progress) throws InterruptedException {
        var release = releases.get(cluster.spec().kubernetes());
        var outcomes = SideBySide.each(
                cluster.nodes(),
                node -> agents.run(node.machineId(), node.hostName(), release.operations(step, cluster, node)));
        long changed = outcomes.stream()
                .flatMap(java.util.List::stream)
                .filter(dev.clusterbox.agent.v1.Outcome::hasChanged)
                .count();
        long all = outcomes.stream().mapToInt(java.util.List::size).sum();
        progress.say("%d changed, %d as they should be".formatted(changed, all - changed));
        return cluster;
    }
}

package dev.clusterbox.provisioning;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.parallel.Parallel;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicInteger;

/** Every machine's agent has enrolled and attends. */
@Singleton
final class AwaitAgents implements Step {

    private final Agents agents;
    private final Seeds seeds;

    AwaitAgents(Agents agents, Seeds seeds) {
        this.agents = agents;
        this.seeds = seeds;
    }

    @Override
    public String id() {
        return "agents";
    }

    @Override
    public String title() {
        return "Await agents";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var there = new AtomicInteger();
        Parallel.each(cluster.nodes(), node -> {
            await(cluster, node);
            seeds.forget(cluster, node);
            progress.say("%d of %d agents"
                    .formatted(there.incrementAndGet(), cluster.nodes().size()));
            return node;
        });
        return cluster;
    }

    private void await(Cluster cluster, Node node) throws InterruptedException {
        var kind = MachineKind.of(cluster.spec().provider());
        if (agents.await(node.machineId(), kind.beforeNewSeed())) {
            return;
        }
        seeds.plant(cluster, node);
        if (!agents.await(node.machineId(), kind.afterNewSeed())) {
            throw new Problem(
                            Code.TIMED_OUT,
                            "waited %d s for the agent on %s"
                                    .formatted(kind.boot().toSeconds(), cluster.machineName(node)),
                            "'./clusterbox ssh %s %s -- journalctl -u clusterbox-agent' tells why"
                                    .formatted(cluster.name(), node.hostName()))
                    .asException();
        }
    }
}

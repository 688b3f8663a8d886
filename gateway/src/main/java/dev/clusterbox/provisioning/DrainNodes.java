package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.kubernetes.Drain;
import dev.clusterbox.problem.ProblemException;
import jakarta.inject.Singleton;

/** Moves the pods of nodes that leave to others, as far as their disruption budgets allow. Where they do not, nobody leaves. */
@Singleton
final class DrainNodes implements Step {

    private final Drain drain;

    DrainNodes(Drain drain) {
        this.drain = drain;
    }

    @Override
    public String id() {
        return "drain";
    }

    @Override
    public String title() {
        return "Drain nodes";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var nodes = cluster.leaving(Role.NODE);
        if (nodes.isEmpty() || !cluster.hasControlPlane()) {
            progress.say("there is nothing to drain");
            return cluster;
        }
        try {
            drain.drain(cluster, nodes, progress::say);
            return cluster;
        } catch (ProblemException e) {
            drain.takeBack(cluster, nodes);
            throw new Undone(cluster.staying(), e.problem());
        }
    }
}

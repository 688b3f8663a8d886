package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.kubernetes.Nodes;
import jakarta.inject.Singleton;

/** Kubelet, kube-proxy and the pod network on each node, until Kubernetes calls it ready. */
@Singleton
final class JoinNodes implements Step {

    private final MachineWork work;
    private final Nodes nodes;

    JoinNodes(MachineWork work, Nodes nodes) {
        this.work = work;
        this.nodes = nodes;
    }

    @Override
    public String id() {
        return "nodes";
    }

    @Override
    public String title() {
        return "Join nodes";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var joined = work.carryOut(id(), cluster, progress);
        nodes.awaitReady(joined, progress::say);
        return joined;
    }
}

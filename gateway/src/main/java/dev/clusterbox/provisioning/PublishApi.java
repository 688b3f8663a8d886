package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.join.JoinListeners;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.Forward;
import jakarta.inject.Singleton;

/**
 * Leads a port of the machines' computer to the load balancer, where that was asked for, and takes away one that is not wanted any
 * more. It belongs to the machine: it works while no service runs, and goes with the machine.
 */
@Singleton
final class PublishApi implements Step {

    private static final String NAME = "api";
    private static final int API_PORT = 6443;

    private final VmClient vms;
    private final JoinListeners joins;

    PublishApi(VmClient vms, JoinListeners joins) {
        this.vms = vms;
        this.joins = joins;
    }

    @Override
    public String id() {
        return "publish-api";
    }

    @Override
    public String title() {
        return "Publish API";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var provider = cluster.spec().provider();
        var machine = cluster.machineName(cluster.nodes(Role.LOAD_BALANCER).getFirst());
        var wanted = cluster.exposed().map(at -> new Forward(NAME, at.listenAddress(), at.port(), API_PORT));
        var there = vms.forwards(provider, machine).stream()
                .filter(forward -> forward.name().equals(NAME))
                .findFirst();
        if (!there.equals(wanted)) {
            if (there.isPresent()) {
                vms.stopForwarding(provider, machine, NAME);
            }
            if (wanted.isPresent()) {
                vms.forward(provider, machine, wanted.get());
            }
        }
        joins.settle();
        progress.say(cluster.exposed().map(at -> "at " + at).orElse("in the cluster's network only"));
        return cluster;
    }
}

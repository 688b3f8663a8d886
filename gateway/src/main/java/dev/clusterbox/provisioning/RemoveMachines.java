package dev.clusterbox.provisioning;

import dev.clusterbox.agent.MachineStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.kubernetes.NodeObjects;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.VmClient;
import jakarta.inject.Singleton;
import java.util.Map;

/** Deletes machines that leave and what Kubernetes knows of them, and revokes what they were certified as. */
@Singleton
final class RemoveMachines implements Step {

    private final VmClient vms;
    private final MachineStore machines;
    private final NodeObjects nodes;
    private final PkiClient pki;

    RemoveMachines(VmClient vms, MachineStore machines, NodeObjects nodes, PkiClient pki) {
        this.vms = vms;
        this.machines = machines;
        this.nodes = nodes;
        this.pki = pki;
    }

    @Override
    public String id() {
        return "remove-machines";
    }

    @Override
    public String title() {
        return "Remove machines";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        int revoked = 0;
        for (var node : cluster.leaving()) {
            vms.delete(cluster.spec().provider(), cluster.machineName(node));
            machines.remove(cluster.name(), node.hostName());
            if (node.role() == Role.NODE && cluster.hasControlPlane()) {
                nodes.delete(cluster, node);
            }
            revoked += revoke(cluster, node);
        }
        progress.say("%d removed, %d certificates revoked"
                .formatted(cluster.leaving().size(), revoked));
        return cluster.left().untested();
    }

    /** All that its agent had made, and the agent's own. Those of a machine that comes in its place are none of them yet. */
    private int revoke(Cluster cluster, Node node) throws InterruptedException {
        int revoked = 0;
        for (var kind : CreateAuthorities.KINDS) {
            revoked += revoke(cluster.authority(kind), "agent " + cluster.machineName(node));
        }
        return node.machine().isEmpty() ? revoked : revoked + revoke("installation", "agent " + node.machineId());
    }

    private int revoke(String authority, String by) throws InterruptedException {
        var valid = pki.certificates(authority, Map.of("by", by, "state", "valid"));
        for (var certificate : valid) {
            pki.revoke(authority, certificate.serial(), "cessationOfOperation", "gateway");
        }
        return valid.size();
    }
}

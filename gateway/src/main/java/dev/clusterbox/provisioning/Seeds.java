package dev.clusterbox.provisioning;

import dev.clusterbox.agent.AgentListeners;
import dev.clusterbox.agent.GatewayIdentity;
import dev.clusterbox.agent.MachineStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.remote.VmClient;
import dev.clusterbox.remote.VmClient.Seed;
import dev.clusterbox.rest.SshPublicKey;
import jakarta.inject.Singleton;

/** Has vm-service plant what a machine needs for its first contact, with a new token each time. */
@Singleton
final class Seeds {

    private final VmClient vms;
    private final MachineStore machines;
    private final GatewayIdentity identity;
    private final AgentListeners listeners;

    Seeds(VmClient vms, MachineStore machines, GatewayIdentity identity, AgentListeners listeners) {
        this.vms = vms;
        this.machines = machines;
        this.identity = identity;
        this.listeners = listeners;
    }

    void plant(Cluster cluster, Node node) throws InterruptedException {
        vms.plant(
                cluster.spec().provider(),
                cluster.machineName(node),
                new Seed(
                        node.machineId(),
                        machines.mintToken(node.machineId()),
                        listeners.endpoint(cluster.hostAddress()),
                        identity.authorityPem(),
                        node.hostName(),
                        node.address(),
                        cluster.sshPublicKey().map(SshPublicKey::text).orElse(null)));
    }

    /** Once the agent attends: the seed of a virtual machine would lie beside it for ever. */
    void forget(Cluster cluster, Node node) throws InterruptedException {
        vms.forgetSeed(cluster.spec().provider(), cluster.machineName(node));
    }
}

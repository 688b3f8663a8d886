package dev.clusterbox.kubernetes;

import dev.clusterbox.agent.Agents;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Looks into etcd, by the agent of a controller: the API shows a Secret as it is, wherever and however it is kept. */
@Singleton
final class EncryptionAtRest {

    /** What stands before what the release's provider of encryption writes. */
    private static final String ENCRYPTED = "k8s:enc:aescbc:v1:";

    private static final int SECONDS = 15;

    private final Agents agents;

    EncryptionAtRest(Agents agents) {
        this.agents = agents;
    }

    String check(Cluster cluster, SmokeSpace space) throws InterruptedException {
        space.createSecret("secret");
        var key = "/registry/secrets/%s/secret".formatted(space.name());
        var controller = cluster.nodes(Role.CONTROLLER).getFirst();
        agents.run(
                controller.machineId(),
                controller.hostName(),
                List.of(etcdctl(controller, "a Secret in etcd to begin with " + ENCRYPTED, ENCRYPTED, "get", key)));
        return "a Secret begins with %s in etcd".formatted(ENCRYPTED);
    }

    /** Waits until a member of etcd is healthy. */
    void awaitHealth(Node controller) throws InterruptedException {
        agents.run(
                controller.machineId(),
                controller.hostName(),
                List.of(etcdctl(controller, "etcd to be healthy", "", "endpoint", "health")));
    }

    private static Operation etcdctl(Node controller, String what, String contains, String... words) {
        var command = new ArrayList<>(List.of(
                "etcdctl",
                "--endpoints=https://%s:2379".formatted(controller.address()),
                "--cacert=/etc/etcd/ssl/ca-crt.pem",
                "--cert=/etc/etcd/ssl/client-crt.pem",
                "--key=/etc/etcd/ssl/client-key.pem"));
        command.addAll(List.of(words));
        return Operation.newBuilder()
                .setAwaitCommand(AwaitCommand.newBuilder()
                        .addAllCommand(command)
                        .setContains(contains)
                        .setTimeoutSeconds(contains.isEmpty() ? 4 * SECONDS : SECONDS)
                        .setWhat(what))
                .build();
    }
}

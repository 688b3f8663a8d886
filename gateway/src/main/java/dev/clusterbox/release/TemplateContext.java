package dev.clusterbox.release;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.cluster.Role;
import java.util.List;

/** What a template may name: the cluster, and the machine it is rendered for. */
record TemplateContext(
        String cluster,
        String uid,
        String hostName,
        String address,
        String loadBalancer,
        String podCidr,
        String serviceCidr,
        List<Peer> controllers,
        List<Peer> nodes) {

    record Peer(String hostName, String address) {}

    static TemplateContext of(Cluster cluster, Node node) {
        return new TemplateContext(
                cluster.name(),
                cluster.uid(),
                node.hostName(),
                node.address(),
                cluster.loadBalancerAddress(),
                cluster.spec().podCidr(),
                cluster.spec().serviceCidr(),
                peers(cluster, Role.CONTROLLER),
                peers(cluster, Role.NODE));
    }

    private static List<Peer> peers(Cluster cluster, Role role) {
        return cluster.nodes(role).stream()
                .map(node -> new Peer(node.hostName(), node.address()))
                .toList();
    }
}

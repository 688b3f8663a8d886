package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A cluster, and what the steps have learnt about it. A step changes only its own component, so that steps which run side
 * by side can be merged.
 *
 * @param uid tells it from one of the same name that was there before
 * @param network the range of the machines, once it is chosen
 * @param authorities name ("etcd") to certificate in PEM
 */
@Serdeable
public record Cluster(
        ClusterSpec spec,
        String uid,
        ClusterState state,
        Optional<String> network,
        List<Node> nodes,
        Map<String, String> authorities,
        Instant createdAt) {

    private static final int LOAD_BALANCER = 10;

    public static Cluster requested(ClusterSpec spec, RandomGenerator random, Instant now) {
        var suffix = new byte[4];
        random.nextBytes(suffix);
        return new Cluster(
                spec,
                spec.name() + "-" + HexFormat.of().formatHex(suffix),
                new ClusterState.Requested(),
                Optional.empty(),
                List.of(),
                Map.of(),
                now);
    }

    public String name() {
        return spec.name();
    }

    public Cluster with(ClusterState newState) {
        return new Cluster(spec, uid, newState, network, nodes, authorities, createdAt);
    }

    /** Settles the range, and with it the address of each machine. */
    public Cluster in(Subnet subnet) {
        return new Cluster(
                spec, uid, state, Optional.of(subnet.toString()), plan(spec, subnet), authorities, createdAt);
    }

    public Cluster with(List<Node> newNodes) {
        return new Cluster(spec, uid, state, network, List.copyOf(newNodes), authorities, createdAt);
    }

    public Cluster with(Map<String, String> newAuthorities) {
        return new Cluster(
                spec,
                uid,
                state,
                network,
                nodes,
                java.util.Collections.unmodifiableMap(new TreeMap<>(newAuthorities)),
                createdAt);
    }

    /** .1 the host, .10 the load balancer, .11 and on the controllers, .21 and on the nodes. */
    private static List<Node> plan(ClusterSpec spec, Subnet subnet) {
        var nodes = new ArrayList<Node>();
        nodes.add(planned("haproxy", Role.LOAD_BALANCER, spec, subnet, 0));
        for (int i = 0; i < spec.controllers(); i++) {
            nodes.add(planned("controller-" + (i + 1), Role.CONTROLLER, spec, subnet, i));
        }
        for (int i = 0; i < spec.nodes(); i++) {
            nodes.add(planned("node-" + (i + 1), Role.NODE, spec, subnet, i));
        }
        return List.copyOf(nodes);
    }

    private static Node planned(String hostName, Role role, ClusterSpec spec, Subnet subnet, int index) {
        return new Node(hostName, role, subnet.address(role.firstAddress() + index), spec.size(role), Optional.empty());
    }

    public Subnet subnet() {
        return Subnet.parse(
                "network", network.orElseThrow(() -> new IllegalStateException(name() + " has no network yet")));
    }

    /** The address of the host in the cluster's network. */
    public String hostAddress() {
        return subnet().address(1);
    }

    public String loadBalancerAddress() {
        return subnet().address(LOAD_BALANCER);
    }

    public List<Node> nodes(Role role) {
        return nodes.stream().filter(node -> node.role() == role).toList();
    }

    public Node node(String hostName) {
        return nodes.stream()
                .filter(node -> node.hostName().equals(hostName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name() + " has no machine " + hostName));
    }

    /** How the machine is called by its provider. */
    public String machineName(Node node) {
        return name() + "-" + node.hostName();
    }

    /** How pki-service calls one of this cluster's authorities. */
    public String authority(String kind) {
        return uid + "." + kind;
    }
}

package dev.clusterbox.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who is in a cluster, and who is on the way out.
 *
 * @param nodes the plan; one that is called like one of {@code leaving} is to take its place
 */
record Roster(List<Node> nodes, List<Node> leaving) {

    /** .1 the host, .10 the load balancer, .11 and on the controllers, .21 and on the nodes. */
    static List<Node> plan(ClusterSpec spec, Subnet subnet) {
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

    /** As a plan has it: who is not in it leaves, and who was leaving and is in it stays. A replacement goes on. */
    Roster scaledTo(List<Node> plan) {
        var replaced = leaving.stream().filter(node -> has(nodes, node)).toList();
        var gone = all().stream().filter(node -> !has(plan, node) && !has(replaced, node));
        return new Roster(
                plan.stream().map(node -> find(all(), node).orElse(node)).toList(),
                Stream.concat(replaced.stream(), gone).toList());
    }

    Roster replacing(Node node) {
        var vacant = new Node(node.hostName(), node.role(), node.address(), node.size(), Optional.empty());
        return new Roster(
                nodes.stream().map(other -> other.equals(node) ? vacant : other).toList(), List.of(node));
    }

    List<Node> all() {
        return Stream.concat(nodes.stream(), leaving.stream().filter(node -> !has(nodes, node)))
                .toList();
    }

    /** Nobody leaves. */
    Roster staying() {
        var all = new LinkedHashMap<String, Node>();
        nodes.forEach(node -> all.put(node.hostName(), node));
        leaving.forEach(node -> all.put(node.hostName(), node));
        return new Roster(List.copyOf(all.values()), List.of());
    }

    private static boolean has(List<Node> list, Node node) {
        return find(list, node).isPresent();
    }

    private static Optional<Node> find(List<Node> list, Node node) {
        return list.stream()
                .filter(other -> other.hostName().equals(node.hostName()))
                .findFirst();
    }
}

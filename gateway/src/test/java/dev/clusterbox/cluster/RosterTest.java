package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is in a cluster and who leaves it. */
final class RosterTest {

    /** The tutorial's cluster, each of its machines made. */
    private static Cluster whole() {
        var cluster = Clusters.tutorial();
        return cluster.with(cluster.nodes().stream()
                .map(node -> node.playedBy("id of " + node.hostName()))
                .toList());
    }

    private static List<String> names(List<Node> nodes) {
        return nodes.stream().map(Node::hostName).toList();
    }

    private static List<String> machines(List<Node> nodes) {
        return nodes.stream()
                .map(node -> node.hostName() + ": " + node.machine().orElse("none"))
                .toList();
    }

    @Test
    void more_nodes_follow_in_the_order_of_their_addresses() {
        var cluster = whole().scaledTo(5);

        assertEquals(5, cluster.spec().nodes());
        assertEquals(
                List.of(
                        "node-1: id of node-1",
                        "node-2: id of node-2",
                        "node-3: id of node-3",
                        "node-4: none",
                        "node-5: none"),
                machines(cluster.nodes(Role.NODE)));
        assertEquals("192.168.26.25", cluster.node("node-5").address());
        assertEquals(List.of(), cluster.leaving());
    }

    @Test
    void the_last_ones_leave_and_may_stay_after_all() {
        var smaller = whole().scaledTo(1);
        assertEquals(List.of("node-1"), names(smaller.nodes(Role.NODE)));
        assertEquals(List.of("node-2: id of node-2", "node-3: id of node-3"), machines(smaller.leaving()));
        assertEquals(smaller, smaller.scaledTo(1), "the second time changes nothing");

        assertEquals(whole().nodes(), smaller.staying().nodes());
        assertEquals(3, smaller.staying().spec().nodes());
        assertEquals(List.of(), smaller.staying().leaving());

        var middle = smaller.scaledTo(2);
        assertEquals(List.of("node-1: id of node-1", "node-2: id of node-2"), machines(middle.nodes(Role.NODE)));
        assertEquals(List.of("node-3: id of node-3"), machines(middle.leaving()));
        assertEquals(whole().nodes(), middle.scaledTo(3).nodes());
    }

    @Test
    void a_replacement_is_vacant_until_the_one_before_has_left_and_goes_on_whatever_the_number() {
        var cluster = whole().replacing(whole().node("node-2"));
        assertEquals("node-2: none", machines(cluster.nodes(Role.NODE)).get(1));
        assertEquals(List.of("node-2: id of node-2"), machines(cluster.leaving()));
        assertEquals(whole().nodes(), cluster.staying().nodes());
        assertEquals(whole().spec(), cluster.staying().spec());
        assertEquals(List.of(), cluster.left().leaving());

        assertEquals(
                List.of("node-2: id of node-2"), machines(cluster.scaledTo(5).leaving()));
        var without = cluster.scaledTo(1);
        assertEquals(List.of("node-1"), names(without.nodes(Role.NODE)));
        assertEquals(List.of("node-2: id of node-2", "node-3: id of node-3"), machines(without.leaving()));
    }

    @Test
    void the_number_has_limits() {
        assertThrows(ProblemException.class, () -> whole().scaledTo(-1));
        assertThrows(ProblemException.class, () -> whole().scaledTo(201));
    }

    /** Records that were written before machines could leave. */
    @Test
    void a_record_without_anybody_leaving_is_read() throws IOException {
        var json = ObjectMapper.getDefault();
        var text = json.writeValueAsString(whole());

        assertEquals(whole(), json.readValue(text.replaceFirst("\"leaving\":\\[],?", ""), Cluster.class));
    }
}

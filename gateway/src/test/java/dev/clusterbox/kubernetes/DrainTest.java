package dev.clusterbox.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.StandInApi;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Emptying nodes, with a double of the API that refuses what a disruption budget would. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DrainTest {

    private static final String PODS = "/api/v1/namespaces/shop/pods/";

    private final Installation installation = Installation.start();
    private final PkiClient pki = installation.bean(PkiClient.class);
    private final Kubernetes kubernetes = installation.bean(Kubernetes.class);
    private final NodeObjects objects = installation.bean(NodeObjects.class);
    private final List<String> said = new ArrayList<>();

    @AfterAll
    void end() {
        installation.close();
    }

    private interface Attempt {
        void with(StandInApi api, Cluster cluster) throws Exception;
    }

    /** Nodes 1 to 3 are there, and 3 is to go. */
    private void withApi(Attempt attempt) throws Exception {
        var cluster = Clusters.tutorial();
        try (var api = new StandInApi(pki, cluster.authority("kubernetes"))) {
            cluster.nodes(Role.NODE).forEach(node -> api.node(node.hostName(), true, ""));
            attempt.with(api, api.serve(cluster, pki).scaledTo(2));
        }
    }

    private void drain(Cluster cluster, Duration limit) throws InterruptedException {
        new Drain(kubernetes, objects, limit).drain(cluster, cluster.leaving(Role.NODE), said::add);
    }

    private Problem problem(Cluster cluster, Duration limit) {
        return assertThrows(ProblemException.class, () -> drain(cluster, limit)).problem();
    }

    private static List<String> marks(StandInApi api) {
        return api.requests().stream()
                .filter(line -> line.contains("unschedulable"))
                .toList();
    }

    @Test
    void what_others_make_again_goes_and_what_belongs_to_the_node_stays() throws Exception {
        withApi((api, cluster) -> {
            api.pod("web-1", "node-3", "ReplicaSet");
            api.pod("web-2", "node-2", "ReplicaSet");
            api.pod("log-1", "node-3", "DaemonSet");

            drain(cluster, Duration.ofSeconds(20));

            assertEquals(List.of(PODS + "log-1", PODS + "web-2"), api.paths(PODS));
            assertEquals(List.of("/api/v1/nodes/node-3 {\"spec\": {\"unschedulable\": true}}"), marks(api));
            assertEquals("node-3 empty", said.getLast());
        });
    }

    @Test
    void a_disruption_budget_is_waited_for() throws Exception {
        withApi((api, cluster) -> {
            api.pod("web-1", "node-3", "ReplicaSet");
            api.keep("web-1", 4);

            drain(cluster, Duration.ofSeconds(60));

            assertEquals(List.of(), api.paths(PODS));
            assertTrue(
                    said.contains(
                            "1 pods to go: shop/web-1 on node-3: Cannot evict pod as it would violate the pod's disruption budget."),
                    said.toString());
        });
    }

    @Test
    void a_budget_that_never_allows_it_is_told_when_the_time_is_over() throws Exception {
        withApi((api, cluster) -> {
            api.pod("web-1", "node-3", "ReplicaSet");
            api.keep("web-1", Integer.MAX_VALUE / 2);

            var problem = problem(cluster, Duration.ofSeconds(1));

            assertEquals(Code.TIMED_OUT, problem.code());
            assertEquals(
                    "waited 1 s for node-3 to be empty: shop/web-1 on node-3: Cannot evict pod as it would violate the pod's disruption budget.",
                    problem.message());
            assertEquals(List.of(PODS + "web-1"), api.paths(PODS));
        });
    }

    @Test
    void a_pod_that_nobody_makes_again_is_told_before_anything_is_touched() throws Exception {
        withApi((api, cluster) -> {
            api.pod("web-1", "node-3", "ReplicaSet");
            api.pod("mine", "node-3", "");

            var problem = problem(cluster, Duration.ofSeconds(20));

            assertEquals(Code.CONFLICT, problem.code());
            assertEquals("nobody would make these pods again: shop/mine", problem.message());
            assertEquals(List.of(PODS + "mine", PODS + "web-1"), api.paths(PODS));
            assertEquals(List.of(), marks(api));
        });
    }

    @Test
    void a_node_that_never_registered_needs_nothing() throws Exception {
        withApi((api, cluster) -> {
            objects.delete(cluster, cluster.leaving(Role.NODE).getFirst());
            objects.delete(cluster, cluster.leaving(Role.NODE).getFirst());

            drain(cluster, Duration.ofSeconds(20));

            assertEquals(List.of(), marks(api));
        });
    }

    @Test
    void nodes_that_stay_after_all_take_pods_again() throws Exception {
        withApi((api, cluster) -> {
            new Drain(kubernetes, objects, Duration.ofSeconds(20)).takeBack(cluster, cluster.leaving(Role.NODE));

            assertEquals(List.of("/api/v1/nodes/node-3 {\"spec\": {\"unschedulable\": null}}"), marks(api));
        });
    }
}

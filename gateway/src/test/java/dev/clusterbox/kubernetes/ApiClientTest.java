package dev.clusterbox.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.StandInApi;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The gateway as a client of a cluster's API, which is a double here; the certificates are real ones. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ApiClientTest {

    private static final String MANIFEST = """
            {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: readers}, rules: []}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: "1"}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            """;

    private final Installation installation = Installation.start();
    private final PkiClient pki = installation.bean(PkiClient.class);
    private final Kubernetes kubernetes = installation.bean(Kubernetes.class);
    private final List<String> said = new ArrayList<>();

    @AfterAll
    void end() {
        installation.close();
    }

    private interface Attempt {
        void with(StandInApi api, Cluster cluster) throws Exception;
    }

    private void withApi(Attempt attempt) throws Exception {
        var cluster = Clusters.tutorial();
        try (var api = new StandInApi(pki, cluster.authority("kubernetes"))) {
            attempt.with(api, api.serve(cluster, pki));
        }
    }

    @Test
    void nodes_are_waited_for_until_all_are_ready() throws Exception {
        withApi((api, cluster) -> {
            api.node("node-1", true, "");
            api.node("node-2", false, "no network yet");
            new Nodes(kubernetes, Duration.ofSeconds(20)).awaitReady(cluster, message -> {
                said.add(message);
                api.node("node-2", true, "");
                api.node("node-3", true, "");
            });

            assertEquals(List.of("1 of 3 nodes ready", "3 of 3 nodes ready"), said);
            assertEquals(
                    List.of("CN=clusterbox:gateway,O=system:masters"),
                    api.users().stream().distinct().toList());
        });
    }

    @Test
    void nodes_that_are_late_say_why() throws Exception {
        withApi((api, cluster) -> {
            api.node("node-1", true, "");
            api.node("node-2", false, "container runtime is down");
            var e = assertThrows(
                    ProblemException.class,
                    () -> new Nodes(kubernetes, Duration.ZERO).awaitReady(cluster, message -> {}));

            assertEquals(Code.TIMED_OUT, e.problem().code());
            assertEquals(
                    "waited 0 s for nodes: node-2: container runtime is down; node-3: has not registered",
                    e.problem().message());
        });
    }

    @Test
    void a_server_that_another_authority_has_signed_for_is_not_believed() throws Exception {
        var cluster = Clusters.tutorial();
        try (var api = new StandInApi(pki, "other-1.kubernetes")) {
            api.node("node-1", true, "");
            var served = api.serve(cluster, pki);
            var e = assertThrows(
                    ProblemException.class,
                    () -> new Nodes(kubernetes, Duration.ZERO).awaitReady(served, message -> {}));

            assertTrue(
                    e.problem().message().contains("the API does not answer"),
                    e.problem().message());
            assertEquals(List.of(), api.requests());
        }
    }

    @Test
    void add_ons_are_applied_once_namespaces_first() throws Exception {
        withApi((api, cluster) -> {
            var last = new AtomicReference<>("");
            var addons = new Addons(kubernetes);
            addons.apply(cluster, List.of(new Addon("shop", MANIFEST)), last::set);

            assertEquals("3 objects of 1 add-ons, 3 changed", last.get());
            assertEquals(
                    List.of(
                            "PATCH /api/v1/namespaces/shop",
                            "PATCH /apis/rbac.authorization.k8s.io/v1/clusterroles/readers",
                            "PATCH /api/v1/namespaces/shop/configmaps/settings"),
                    api.requests().stream()
                            .filter(line -> line.startsWith("PATCH"))
                            .toList());

            addons.apply(cluster, List.of(new Addon("shop", MANIFEST)), last::set);

            assertEquals("3 objects of 1 add-ons, 0 changed", last.get());
        });
    }

    @Test
    void an_object_that_is_written_down_twice_is_what_the_last_says() throws Exception {
        withApi((api, cluster) -> {
            var first = new Addon("first", settings("first"));
            var second = new Addon("second", settings("second"));
            var addons = new Addons(kubernetes);
            for (int i = 0; i < 2; i++) {
                addons.apply(cluster, List.of(first, second), message -> {});

                assertEquals(
                        "second",
                        kubernetes
                                .client(cluster)
                                .configMaps()
                                .inNamespace("default")
                                .withName("settings")
                                .require()
                                .getData()
                                .get("colour"));
            }
        });
    }

    private static String settings(String colour) {
        return "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {colour: %s}}".formatted(colour);
    }

    @Test
    void what_the_api_refuses_is_named_with_its_document_and_reason() throws Exception {
        withApi((api, cluster) -> {
            api.refuse("/api/v1/namespaces/shop/configmaps/settings", "data is too long");
            var e = assertThrows(
                    ProblemException.class,
                    () -> new Addons(kubernetes).apply(cluster, List.of(new Addon("shop", MANIFEST)), message -> {}));

            assertEquals(
                    "add-on 'shop', document 2: ConfigMap shop/settings: data is too long",
                    e.problem().message());
        });
    }

    @Test
    void a_kind_that_the_api_does_not_know_is_refused() throws Exception {
        withApi((api, cluster) -> {
            var unknown = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}}";
            var e = assertThrows(
                    ProblemException.class,
                    () -> new Addons(kubernetes).apply(cluster, List.of(new Addon("w", unknown)), message -> {}));

            assertEquals(
                    "add-on 'w', document 1: Widget a: the API knows no such kind in example.com/v1",
                    e.problem().message());
        });
    }

    @Test
    void add_ons_of_which_one_is_no_yaml_are_not_begun() throws Exception {
        withApi((api, cluster) -> {
            assertThrows(
                    ProblemException.class,
                    () -> new Addons(kubernetes)
                            .apply(cluster, List.of(new Addon("a", MANIFEST), new Addon("b", "kind: [")), m -> {}));

            assertEquals(List.of(), api.requests());
        });
    }

    @Test
    void the_certificate_is_made_anew_when_a_third_of_its_life_is_left() throws Exception {
        withApi((api, cluster) -> {
            var now = new AtomicReference<>(Instant.now());
            var clients = new Kubernetes(pki, now::get);
            installation.pki.life(Duration.ofHours(8));
            var first = clients.client(cluster);
            now.set(Instant.now().plus(Duration.ofHours(5)));
            assertSame(first, clients.client(cluster));
            now.set(Instant.now().plus(Duration.ofHours(6)));

            assertNotSame(first, clients.client(cluster));
        });
    }
}

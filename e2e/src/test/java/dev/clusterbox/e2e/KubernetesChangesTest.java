package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A whole cluster that grows, shrinks, loses a controller and sleeps, with a service in it that people use meanwhile. */
@ExtendWith(NeedsArtifacts.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KubernetesChangesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** What it answers on every node. */
    private static final String PAGE = "http://192.168.56.21:30080/";

    private static final String SHOP = """
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 15
                  topologySpreadConstraints:
                    - maxSkew: 1
                      topologyKey: kubernetes.io/hostname
                      whenUnsatisfiable: ScheduleAnyway
                      labelSelector: {matchLabels: {app: web}}
                  affinity:
                    nodeAffinity:
                      preferredDuringSchedulingIgnoredDuringExecution:
                        - weight: 100
                          preference:
                            matchExpressions:
                              - {key: kubernetes.io/hostname, operator: In, values: [node-4, node-5]}
                  containers:
                    - name: web
                      image: docker.io/library/busybox:1.37.0
                      imagePullPolicy: IfNotPresent
                      command: [sh, -c, "mkdir /www && hostname >/www/index.html && exec httpd -f -p 8080 -h /www"]
                      readinessProbe: {httpGet: {port: 8080, path: /}, periodSeconds: 1}
                      # Whoever still comes is served until nobody is sent here any more.
                      lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
            ---
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: {name: web, namespace: shop}
            spec:
              minAvailable: %d
              selector: {matchLabels: {app: web}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec:
              type: NodePort
              selector: {app: web}
              ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
            """;

    private Installation installation;
    private Kubectl kubectl;

    @BeforeAll
    void up() throws Exception {
        installation = Installation.start("kubernetes-changes", 28000, Map.of("CLUSTERBOX_DRAIN_LIMIT", "90s"));
        installation
                .clusterbox("up", "--provider", "nspawn", "--subnet", "192.168.56.0/24", "--yes")
                .succeeded();
        kubectl = Kubectl.of(installation, Artifacts.folder(), "demo");
        kubectl.apply(SHOP.formatted(1));
        kubectl.run("create", "configmap", "fruit", "--from-literal=kind=pear").succeeded();
        awaitPods();
    }

    @AfterAll
    void stop() throws Exception {
        if (installation != null) {
            installation.stop();
        }
    }

    private void awaitPods() throws Exception {
        Timed.begin("pods of the shop")
                .until("ready", PATIENCE, () -> KubernetesHealth.whyPodsNotReady(kubectl, "shop"));
    }

    private void awaitWhole() throws Exception {
        Timed.begin("afterwards").until("API servers serve", PATIENCE, () -> KubernetesHealth.whyNotServing(kubectl));
        Timed.begin("afterwards")
                .until("etcd is healthy", PATIENCE, () -> KubernetesHealth.whyEtcdNotHealthy(installation));
        assertEquals(
                "pear",
                kubectl.run("get", "configmap", "fruit", "--output=jsonpath={.data.kind}")
                        .succeeded()
                        .output());
    }

    private Set<String> nodes() throws IOException, InterruptedException {
        var names = new TreeSet<String>();
        kubectl.items("get", "nodes").forEach(node -> names.add(KubernetesHealth.name(node)));
        return names;
    }

    private void clusterbox(String... words) throws IOException, InterruptedException {
        System.out.println(installation.clusterbox(words).succeeded().output());
    }

    /** The nodes that the pods of the shop are on. */
    private Set<String> places() throws IOException, InterruptedException {
        var names = new TreeSet<String>();
        kubectl.items("get", "pods", "--namespace=shop")
                .forEach(pod ->
                        names.add(pod.getAsJsonObject("spec").get("nodeName").getAsString()));
        return names;
    }

    @Test
    @Order(1)
    void three_nodes_become_five_and_two_and_every_visit_is_answered() throws Exception {
        try (var visits = new Visits(PAGE)) {
            clusterbox("scale", "demo", "5");
            assertEquals(Set.of("node-1", "node-2", "node-3", "node-4", "node-5"), nodes());
            kubectl.run("rollout", "restart", "deployment/web", "--namespace=shop")
                    .succeeded();
            kubectl.run("rollout", "status", "deployment/web", "--namespace=shop", "--timeout=3m")
                    .succeeded();
            awaitPods();
            assertEquals(Set.of("node-4", "node-5"), places(), "where they are in the way");

            clusterbox("scale", "demo", "2");
            assertEquals(Set.of("node-1", "node-2"), nodes());
            awaitPods();

            visits.end();
            System.out.printf("%d visits, failed: %s%n", visits.all(), visits.failures());
            assertTrue(visits.all() > 100);
            assertEquals(List.of(), visits.failures());
        }
        awaitWhole();
    }

    @Test
    @Order(2)
    void a_budget_that_does_not_allow_it_keeps_the_node_and_says_so() throws Exception {
        kubectl.apply(SHOP.formatted(2));
        var before = nodes();

        var run = installation.clusterbox("scale", "demo", "1");

        System.out.println(run.output());
        assertEquals(1, run.exitCode());
        assertTrue(
                run.output().contains("Cannot evict pod as it would violate the pod's disruption budget"),
                run.output());
        assertEquals(before, nodes());
        for (var node : kubectl.items("get", "nodes")) {
            assertTrue(!node.getAsJsonObject("spec").has("unschedulable"), node.toString());
        }
        assertEquals(
                "READY",
                installation
                        .gateway()
                        .cluster("demo")
                        .getAsJsonObject("state")
                        .get("kind")
                        .getAsString());
        kubectl.apply(SHOP.formatted(1));
    }

    @Test
    @Order(3)
    void a_controller_is_replaced_and_the_load_balancer_sends_to_the_new_one() throws Exception {
        try (var visits = new Visits(PAGE)) {
            clusterbox("replace", "demo", "controller-2");
            visits.end();
            assertEquals(List.of(), visits.failures());
        }
        awaitWhole();
        Timed.begin("HAProxy").until("sends to controller-2", PATIENCE, () -> {
            var state = backEnd("controller-2");
            return state.startsWith("UP") ? Optional.empty() : Optional.of(state);
        });
        clusterbox("replace", "demo", "node-2");
        assertEquals(Set.of("node-1", "node-2"), nodes());
        awaitPods();
    }

    @Test
    @Order(4)
    void a_stopped_cluster_has_everything_when_it_is_started() throws Exception {
        clusterbox("stop", "demo");
        clusterbox("list");
        clusterbox("start", "demo");
        awaitWhole();
        awaitPods();
        clusterbox("smoke-test", "demo");
    }

    /** What HAProxy says of a controller. */
    private static String backEnd(String controller) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://192.168.56.10:9000/;csv"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("http_back_kube," + controller + ","))
                    .map(line -> line.split(",", -1)[17])
                    .findFirst()
                    .orElseThrow();
        }
    }
}

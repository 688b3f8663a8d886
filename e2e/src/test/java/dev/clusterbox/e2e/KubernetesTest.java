package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A whole cluster, as {@code ./clusterbox up} makes it, looked at with a real kubectl. Needs Kubernetes' programs. */
@ExtendWith(NeedsArtifacts.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KubernetesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Pods on every node that serve, with a name in the cluster, and all with the images that a cluster has anyway. */
    private static final String PODS = """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: web, namespace: trial}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: web
                      image: docker.io/library/busybox:1.37.0
                      imagePullPolicy: IfNotPresent
                      command: [sh, -c, "mkdir /www && hostname >/www/index.html && echo serving && exec httpd -f -p 8080 -h /www"]
                      readinessProbe: {httpGet: {port: 8080, path: /}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: trial}
            spec:
              selector: {app: web}
              ports: [{port: 80, targetPort: 8080}]
            """;

    private Path artifacts = Path.of("");
    private Installation installation;
    private Kubectl kubectl;
    private Map<String, Set<String>> before = Map.of();

    @BeforeAll
    void up() throws Exception {
        artifacts = Artifacts.folder();
        installation = Installation.start("kubernetes", 24000);
        before = Host.snapshot();
        var timed = Timed.begin("up, first time");
        var run = installation.clusterbox("up", "--provider", "nspawn", "--yes").succeeded();
        timed.say("");
        System.out.println(run.output());
        assertTrue(run.output().contains("Cluster 'demo' is ready"), run.output());
        kubectl = Kubectl.of(installation, artifacts, "demo");
    }

    @AfterAll
    void stop() throws Exception {
        if (installation != null) {
            installation.stop();
        }
    }

    @Test
    @Order(1)
    void every_node_is_ready_with_its_address_and_the_version_of_the_release() throws Exception {
        System.out.println(kubectl.run("get", "nodes,pods", "--all-namespaces", "--output=wide")
                .succeeded()
                .output());
        var addresses = new TreeMap<String, String>();
        var subnets = new HashSet<String>();
        for (var node : kubectl.items("get", "nodes")) {
            var name = KubernetesHealth.name(node);
            assertTrue(KubernetesHealth.isTrue(KubernetesHealth.condition(node, "Ready")), node.toString());
            var status = node.getAsJsonObject("status");
            assertTrue(
                    status.getAsJsonObject("nodeInfo")
                            .get("kubeletVersion")
                            .getAsString()
                            .startsWith("v1.36."),
                    status.toString());
            for (var address : Api.elements(status.getAsJsonArray("addresses"))) {
                if (address.get("type").getAsString().equals("InternalIP")) {
                    addresses.put(name, address.get("address").getAsString());
                }
            }
            subnets.add(node.getAsJsonObject("spec").get("podCIDR").getAsString());
        }
        assertEquals(
                Map.of("node-1", "192.168.56.21", "node-2", "192.168.56.22", "node-3", "192.168.56.23"), addresses);
        assertEquals(3, subnets.size(), "each node has pods' addresses of its own: " + subnets);
    }

    @Test
    @Order(1)
    void system_pods_run_and_every_api_server_is_an_endpoint_and_ready() throws Exception {
        Timed.begin("system pods")
                .until("ready", PATIENCE, () -> KubernetesHealth.whyPodsNotReady(kubectl, "kube-system"));
        assertEquals("ok", kubectl.run("get", "--raw=/readyz").succeeded().output());
        Timed.begin("API servers")
                .until(
                        "ready, endpoints of service kubernetes",
                        PATIENCE,
                        () -> KubernetesHealth.whyNotServing(kubectl));
        var version = kubectl.json("version").getAsJsonObject("serverVersion");
        assertTrue(version.get("gitVersion").getAsString().startsWith("v1.36."), version.toString());
    }

    @Test
    @Order(1)
    void etcd_has_three_healthy_members() throws Exception {
        Timed.begin("etcd").until("healthy", PATIENCE, () -> KubernetesHealth.whyEtcdNotHealthy(installation));
    }

    @Test
    @Order(1)
    void the_smoke_test_is_recorded_check_by_check() throws Exception {
        var result = installation.gateway().cluster("demo").getAsJsonObject("smokeTest");
        var checks = Api.elements(result.getAsJsonArray("checks"));
        checks.forEach(check -> System.out.println("smoke test: " + check));
        var names = Api.texts(checks, "name");
        for (var wanted : List.of(
                "etcd",
                "deployment",
                "port-forward",
                "logs",
                "exec",
                "NodePort",
                "DNS",
                "across nodes",
                "controller stopped")) {
            assertTrue(names.stream().anyMatch(name -> name.contains(wanted)), wanted + " in " + names);
        }
        checks.forEach(check -> assertTrue(check.get("passed").getAsBoolean(), check.toString()));
    }

    @Test
    @Order(1)
    void a_secret_is_not_readable_in_etcd() throws Exception {
        kubectl.run("create", "secret", "generic", "fruit", "--from-literal=kind=pomegranate")
                .succeeded();
        var stored = installation
                .onMachine(
                        "demo",
                        "controller-1",
                        "bash",
                        "-lc",
                        "etcdctl get --print-value-only /registry/secrets/default/fruit 2>/dev/null | tr -c '[:print:]' .")
                .succeeded()
                .output();
        assertTrue(stored.startsWith("k8s:enc:"), stored);
        assertFalse(stored.contains("pomegranate"), stored);
        var read = kubectl.json("get", "secret", "fruit").getAsJsonObject("data");
        assertEquals("cG9tZWdyYW5hdGU=", read.get("kind").getAsString());
    }

    @Test
    @Order(1)
    void no_machine_has_the_key_of_an_authority() throws Exception {
        var authorities = AuthorityKeys.authorities(installation);
        assertEquals(4, authorities.size(), authorities.keySet().toString());
        for (var machine : List.of("haproxy", "controller-1", "controller-2", "controller-3", "node-1", "node-2")) {
            var keys = AuthorityKeys.onMachine(installation, machine);
            int least = machine.startsWith("controller") ? 8 : machine.startsWith("node") ? 4 : 0;
            assertTrue(keys.size() >= least, machine + " has keys in " + keys.values());
            authorities.forEach((authority, key) -> assertFalse(
                    keys.containsKey(key), "%s has the key of %s in %s".formatted(machine, authority, keys.get(key))));
        }
    }

    @Test
    @Order(1)
    void pods_on_all_nodes_talk_and_find_each_other_by_name() throws Exception {
        kubectl.run("create", "namespace", "trial").succeeded();
        kubectl.apply(PODS);
        Timed.begin("pods on three nodes").until("ready", PATIENCE, () -> {
            var pods = KubernetesHealth.endpoints(kubectl, "trial", "web");
            return pods.size() < 3
                    ? Optional.of("endpoints: " + pods)
                    : KubernetesHealth.whyPodsNotReady(kubectl, "trial");
        });
        var pods = kubectl.items("get", "pods", "--namespace=trial");
        for (var from : pods) {
            for (var to : pods) {
                var address = to.getAsJsonObject("status").get("podIP").getAsString();
                var answer = kubectl.run(
                                "exec",
                                "--namespace=trial",
                                KubernetesHealth.name(from),
                                "--",
                                "wget",
                                "-q",
                                "-T",
                                "5",
                                "-O-",
                                "http://%s:8080/".formatted(address))
                        .succeeded()
                        .output();
                assertEquals(KubernetesHealth.name(to), answer.strip());
            }
        }
        var first = KubernetesHealth.name(pods.getFirst());
        var names = new TreeSet<String>();
        for (int i = 0; i < 30 && names.size() < 3; i++) {
            names.add(kubectl.run(
                            "exec",
                            "--namespace=trial",
                            first,
                            "--",
                            "wget",
                            "-q",
                            "-T",
                            "5",
                            "-O-",
                            "http://web.trial.svc.cluster.local/")
                    .succeeded()
                    .output()
                    .strip());
        }
        assertEquals(3, names.size(), "the service reaches the pods of all nodes: " + names);
        assertTrue(kubectl.run("logs", "--namespace=trial", first)
                .succeeded()
                .output()
                .contains("serving"));
        kubectl.run("delete", "namespace", "trial").succeeded();
    }

    @Test
    @Order(1)
    void status_shows_machines_components_and_nodes() throws Exception {
        var page = installation.clusterbox("status").succeeded().output();
        System.out.println(page);
        for (var word : List.of(
                "demo: ready",
                "http://192.168.56.10:9000/",
                "controller-manager",
                "scheduler",
                "etcd",
                "192.168.56.23",
                "v1.36.")) {
            assertTrue(page.contains(word), word + " in " + page);
        }
    }

    @Test
    @Order(1)
    void a_kubelet_that_is_joined_by_hand_gets_its_certificates_and_nobody_gets_anothers() throws Exception {
        var extra = new HandJoined("extra-1", kubectl, installation.state().resolve("by-hand"));
        var client = List.of("digital signature", "client auth");
        var server = List.of("digital signature", "server auth");
        var stranger = extra.asStranger();
        extra.ask(stranger, "extra-1-client", "kube-apiserver-client-kubelet", client, "");
        assertEquals("", extra.conditions("extra-1-client"), "a node that is new waits for a person");
        kubectl.run("certificate", "approve", "extra-1-client").succeeded();
        var issued = extra.certificate("extra-1-client");
        assertTrue(issued.contains("O = system:nodes, CN = system:node:extra-1"), issued);

        var node = extra.as("extra-1-client");
        var self = node.json("auth", "whoami").getAsJsonObject("status").getAsJsonObject("userInfo");
        assertEquals("system:node:extra-1", self.get("username").getAsString());
        node.apply("{apiVersion: v1, kind: Node, metadata: {name: extra-1}}");
        // As a kubelet reports it.
        kubectl.run(
                        "patch",
                        "node",
                        "extra-1",
                        "--subresource=status",
                        "--patch={\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"192.168.56.99\"}]}}")
                .succeeded();
        extra.ask(node, "extra-1-serving", "kubelet-serving", server, "DNS:extra-1,IP:192.168.56.99");
        var serving = extra.certificate("extra-1-serving");
        assertTrue(serving.contains("DNS:extra-1, IP Address:192.168.56.99"), serving);

        // In another's name, and with another's address.
        var thief = new HandJoined("node-1", kubectl, installation.state().resolve("by-hand"));
        thief.ask(stranger, "node-1-stolen", "kube-apiserver-client-kubelet", client, "");
        thief.awaitCondition("node-1-stolen", "Denied: node-1 is a machine of this cluster");
        thief.ask(kubectl, "node-1-approved", "kube-apiserver-client-kubelet", client, "");
        // Kubernetes approves what an administrator asks for, unless it was denied before that.
        thief.awaitCondition("node-1-approved", "ed: node-1 is a machine of this cluster");
        extra.ask(node, "extra-1-foreign", "kubelet-serving", server, "DNS:extra-1,IP:192.168.56.21");
        extra.ask(node, "extra-1-again", "kubelet-serving", server, "IP:192.168.56.99");
        extra.certificate("extra-1-again"); // so the one before has been looked at
        assertEquals("", extra.conditions("extra-1-foreign"));
        kubectl.run("delete", "node", "extra-1").succeeded();
    }

    @Test
    @Order(1)
    void somebody_in_slack_has_the_cluster_tested() throws Exception {
        var shown = installation.say("smoke-test demo");
        System.out.println(shown.everything());
        assertTrue(shown.everything().contains("9 checks passed"), shown.everything());
    }

    @Test
    @Order(1)
    void an_add_on_on_the_nodes_network_is_an_api_of_the_cluster(@TempDir Path folder) throws Exception {
        assumeTrue(
                Artifacts.haveImages(artifacts, "sample-apiserver", "etcd"),
                "aggregated API: NOT TESTED, its images are not among the artifacts");
        var file = folder.resolve("aggregated-api.yaml");
        try (var manifest = Objects.requireNonNull(KubernetesTest.class.getResourceAsStream("aggregated-api.yaml"))) {
            Files.copy(manifest, file);
        }
        installation
                .clusterbox("up", "--provider", "nspawn", "--yes", "--addon", file.toString())
                .succeeded();
        Timed.begin("an add-on's API").until("available", PATIENCE, () -> {
            var service = kubectl.json("get", "apiservice", "v1alpha1.wardle.example.com");
            var available = KubernetesHealth.condition(service, "Available");
            return KubernetesHealth.isTrue(available) ? Optional.empty() : Optional.of(available.toString());
        });
        kubectl.apply("{apiVersion: wardle.example.com/v1alpha1, kind: Flunder, metadata: {name: bramble}}");
        for (var controller : List.of("192.168.56.11", "192.168.56.12", "192.168.56.13")) {
            var flunders = kubectl.run("--server=https://%s:6443".formatted(controller), "get", "flunders")
                    .succeeded()
                    .output();
            System.out.println(controller + ": " + flunders);
            assertTrue(flunders.contains("bramble"), flunders);
        }
        var nobody = kubectl.run("--as=nobody", "get", "flunders");
        assertTrue(nobody.output().contains("forbidden"), nobody.output());
    }

    @Test
    @Order(2)
    void a_second_up_changes_nothing() throws Exception {
        var timed = Timed.begin("up, nothing to do");
        var run = installation.clusterbox("up", "--provider", "nspawn", "--yes").succeeded();
        timed.say("");
        System.out.println(run.output());
        KubernetesHealth.assertNothingChanged(installation);
        assertEquals(
                "READY",
                installation
                        .gateway()
                        .cluster("demo")
                        .getAsJsonObject("state")
                        .get("kind")
                        .getAsString());
    }

    @Test
    @Order(3)
    void down_leaves_the_host_as_it_was() throws Exception {
        var timed = Timed.begin("down");
        installation.clusterbox("down", "--yes").succeeded();
        timed.say("");
        assertEquals(List.of(), installation.gateway().clusters());
        Host.assertBecomes(before);
    }
}

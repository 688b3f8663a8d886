package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A whole cluster that things happen to. Each time is printed: README.md has a run of them. */
@ExtendWith(NeedsArtifacts.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KubernetesFaultsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** One pod on each node, without anything that would have to be fetched. */
    private static final String PODS = """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: sleeper, namespace: default}
            spec:
              selector: {matchLabels: {app: sleeper}}
              template:
                metadata: {labels: {app: sleeper}}
                spec:
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: sleeper
                      image: docker.io/library/busybox:1.37.0
                      imagePullPolicy: IfNotPresent
                      command: [sleep, "1000000"]
            """;

    private Installation installation;
    private Kubectl kubectl;
    private Power power;

    @BeforeAll
    void up() throws Exception {
        Path artifacts = Artifacts.folder();
        installation = Installation.start("kubernetes-faults", 25000);
        power = new Power(installation);
        upAgain("a new cluster");
        kubectl = Kubectl.of(installation, artifacts, "demo");
        kubectl.apply(PODS);
        Timed.begin("pods").until("ready on each node", PATIENCE, this::whyPodsDoNotRun);
    }

    @AfterAll
    void stop() throws Exception {
        if (installation != null) {
            installation.stop();
        }
    }

    /** Whatever happened: in the end it is the same cluster, and pods can be entered on each node. */
    @AfterEach
    void whole() throws Exception {
        Timed.begin("afterwards")
                .until("everything is whole", PATIENCE, () -> KubernetesHealth.whyNotWhole(installation, kubectl));
        Timed.begin("afterwards").until("pods on each node answer", PATIENCE, this::whyPodsDoNotRun);
    }

    private void upAgain(String after) throws Exception {
        var timed = Timed.begin("up, " + after);
        var run = installation.clusterbox("up", "--provider", "nspawn", "--yes");
        timed.say(run.exitCode() == 0 ? "done" : "FAILED");
        System.out.println(run.output());
        run.succeeded();
    }

    /** Three are ready, and what kubelet says is true: a command runs in each. */
    private Optional<String> whyPodsDoNotRun() throws Exception {
        var why = KubernetesHealth.whyPodsNotReady(kubectl, "default");
        if (why.isPresent()) {
            return why;
        }
        var pods = kubectl.items("get", "pods", "--selector=app=sleeper");
        if (pods.size() != 3) {
            return Optional.of(pods.size() + " pods");
        }
        for (var pod : pods) {
            var answer = kubectl.run("exec", KubernetesHealth.name(pod), "--", "true");
            if (answer.exitCode() != 0) {
                return Optional.of(answer.output());
            }
        }
        return Optional.empty();
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

    private static Optional<String> whyNot(String controller, String state) throws IOException, InterruptedException {
        var is = backEnd(controller);
        return is.startsWith(state) ? Optional.empty() : Optional.of(controller + " is " + is);
    }

    @Test
    @Order(1)
    void a_killed_controller_leaves_the_load_balancer_and_comes_back() throws Exception {
        var calls = new Calls(kubectl);
        try {
            Thread.sleep(3000);
            assertEquals(0, calls.failed());
            var timed = Timed.begin("controller-2 killed");
            power.kill("controller-2");
            timed.until("the load balancer has taken it out", PATIENCE, () -> whyNot("controller-2", "DOWN"));
            Thread.sleep(5000);
            timed.say(calls.toString());
            assertTrue(calls.failed() <= 3, calls.toString());
            int soFar = calls.failed();
            upAgain("controller killed");
            timed.until("the load balancer has taken it in", PATIENCE, () -> whyNot("controller-2", "UP"));
            assertEquals(soFar, calls.failed(), "coming back costs nothing: " + calls);
        } finally {
            calls.stop();
        }
        System.out.println(calls);
    }

    @Test
    @Order(1)
    void a_smoke_test_that_fails_says_what_and_is_kept() throws Exception {
        installation
                .onMachine("demo", "node-2", "systemctl", "stop", "kube-proxy")
                .succeeded();
        try {
            var failed = installation.clusterbox("smoke-test");
            assertEquals(1, failed.exitCode(), failed.output());
            assertTrue(failed.output().contains("NodePort"), failed.output());
            var page = installation.clusterbox("status").succeeded().output();
            assertTrue(page.contains("Smoke test: failed"), page);
            assertTrue(page.contains("192.168.56.22:"), page);
        } finally {
            installation
                    .onMachine("demo", "node-2", "systemctl", "start", "kube-proxy")
                    .succeeded();
        }
        upAgain("a failed smoke test");
        var page = installation.clusterbox("status").succeeded().output();
        assertTrue(page.contains("Smoke test: passed"), page);
    }

    @Test
    @Order(2)
    void a_member_of_etcd_that_lost_its_data_is_a_member_again() throws Exception {
        etcdctl("controller-1", "put fruit pear");
        power.delete("controller-3");
        etcdctl("controller-1", "put fruit apple");
        var timed = Timed.begin("controller-3 and its data gone");
        upAgain("member of etcd lost");
        timed.until("three members healthy", PATIENCE, () -> KubernetesHealth.whyEtcdNotHealthy(installation));
        var value = etcdctl("controller-3", "get --consistency=s --print-value-only fruit");
        assertTrue(value.lines().anyMatch("apple"::equals), value);
    }

    private String etcdctl(String machine, String words) throws IOException, InterruptedException {
        return installation
                .onMachine("demo", machine, "bash", "-lc", "etcdctl " + words)
                .succeeded()
                .output();
    }

    @Test
    @Order(3)
    void a_killed_node_runs_its_pods_again() throws Exception {
        var timed = Timed.begin("node-2 killed");
        power.kill("node-2");
        upAgain("node killed");
        timed.until("pods on each node answer", PATIENCE, this::whyPodsDoNotRun);
    }

    @Test
    @Order(3)
    void a_node_that_is_switched_off_and_on_comes_back_by_itself() throws Exception {
        var timed = Timed.begin("node-3 switched off hard, and on");
        power.restart("node-3");
        timed.until("pods on each node answer", PATIENCE, this::whyPodsDoNotRun);
    }

    @Test
    @Order(3)
    void a_controller_that_is_switched_off_and_on_comes_back_by_itself() throws Exception {
        var timed = Timed.begin("controller-1 switched off hard, and on");
        power.restart("controller-1");
        timed.until("everything is whole", PATIENCE, () -> KubernetesHealth.whyNotWhole(installation, kubectl));
    }

    @Test
    @Order(3)
    void a_killed_load_balancer_is_started_again() throws Exception {
        var timed = Timed.begin("haproxy killed");
        power.kill("haproxy");
        upAgain("load balancer killed");
        timed.until("the API answers", PATIENCE, () -> {
            var answer = kubectl.run("get", "--raw=/readyz", "--request-timeout=2s");
            return answer.exitCode() == 0 ? Optional.empty() : Optional.of(answer.output());
        });
    }

    @Test
    @Order(4)
    void what_was_removed_or_overwritten_on_machines_is_put_back() throws Exception {
        on(
                "controller-1",
                "for f in $(find /var/lib/kubernetes -type f); do echo junk >$f; done; rm /usr/local/bin/kube-apiserver");
        on("controller-2", "rm -rf /usr/local/bin/* /var/lib/kubernetes /root/.kube");
        on(
                "node-1",
                "rm -rf /var/lib/kubernetes /etc/cni /etc/containerd /etc/flannel /opt/cni /var/lib/kubelet/config.yaml");
        on(
                "node-2",
                "for f in /etc/systemd/system/kube*.service /etc/containerd/config.toml /var/lib/kubelet/kubeconfig; do echo junk >$f; done;"
                        + " rm /usr/local/bin/*; systemctl daemon-reload; systemctl stop kubelet kube-proxy flanneld");
        upAgain("junk in folders");
        // The pods that ran all the while say nothing about those to come.
        kubectl.run("delete", "pods", "--selector=app=sleeper").succeeded();
        Timed.begin("new pods").until("ready on each node", PATIENCE, this::whyPodsDoNotRun);
    }

    private void on(String machine, String script) throws IOException, InterruptedException {
        installation.onMachine("demo", machine, "sh", "-c", script).succeeded();
    }

    @Test
    @Order(5)
    void half_of_the_machines_are_made_again() throws Exception {
        for (var machine : List.of("haproxy", "controller-2", "node-1", "node-3")) {
            power.delete(machine);
        }
        upAgain("half of the machines deleted");
    }

    @Test
    @Order(6)
    void a_full_disk_hurts_one_node_and_room_heals_it() throws Exception {
        // A small disk in memory in place of the containers' own: the host's is not touched. An image lies there twice,
        // as it
        // came and unpacked.
        on(
                "node-2",
                "systemctl stop kubelet containerd; sleep 1; mount -t tmpfs -o size=%dm tmpfs /var/lib/containerd"
                                .formatted(200 + 2 * Artifacts.imagesMiB())
                        + " && systemctl start containerd kubelet");
        upAgain("an empty disk for containers");
        Timed.begin("node-2 with a small disk").until("pods on each node answer", PATIENCE, this::whyPodsDoNotRun);
        var full = Timed.begin("node-2's disk full");
        on("node-2", "dd if=/dev/zero of=/var/lib/containerd/full bs=1M 2>/dev/null; df -m /var/lib/containerd");
        full.until("kubelet says so", PATIENCE, () -> whyNoPressure(true));
        assertEquals(Optional.empty(), KubernetesHealth.whyNodesNotReady(kubectl, List.of("node-1", "node-3")));
        var room = Timed.begin("node-2's disk has room again");
        on("node-2", "rm /var/lib/containerd/full");
        room.until("kubelet says so", Duration.ofMinutes(8), () -> whyNoPressure(false));
        // What was evicted stays as a record, and after some evictions its successor is minutes away.
        kubectl.run("delete", "pods", "--all-namespaces", "--field-selector=status.phase=Failed")
                .succeeded();
        room.until("pods on each node answer", PATIENCE, this::whyPodsDoNotRun);
        power.restart("node-2");
        room.until("pods on each node answer, on its own disk", PATIENCE, this::whyPodsDoNotRun);
    }

    private Optional<String> whyNoPressure(boolean wanted) throws IOException, InterruptedException {
        var pressure = KubernetesHealth.condition(kubectl.json("get", "node", "node-2"), "DiskPressure");
        return KubernetesHealth.isTrue(pressure) == wanted
                ? Optional.empty()
                : Optional.of("DiskPressure: " + pressure);
    }
}

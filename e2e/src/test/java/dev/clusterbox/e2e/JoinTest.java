package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A machine without an agent joins by exactly what docs/join.md says, and the API is used from elsewhere. */
@ExtendWith(NeedsArtifacts.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JoinTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Path PAGE = Path.of(System.getProperty("clusterbox.home"), "docs/join.md");

    private Installation installation;
    private Kubectl kubectl;
    private Elsewhere elsewhere;
    private Map<String, Set<String>> before = Map.of();

    @BeforeAll
    void up() throws Exception {
        installation = Installation.start("join", 28000);
        elsewhere = new Elsewhere();
        before = Host.snapshot();
        System.out.println(installation
                .clusterbox(
                        "up",
                        "--provider",
                        "nspawn",
                        "--yes",
                        "--controllers",
                        "1",
                        "--nodes",
                        "1",
                        "--expose",
                        Elsewhere.HERE + ":16443")
                .succeeded()
                .output());
        kubectl = Kubectl.of(installation, Artifacts.folder(), "demo");
    }

    @AfterAll
    void stop() throws Exception {
        if (installation != null) {
            installation.stop();
            elsewhere.close();
        }
    }

    @Test
    @Order(1)
    void the_pages_commands_make_a_machine_without_an_agent_a_ready_node() throws Exception {
        var machine = Foreign.make(installation, "demo", "worker-1", "192.168.56.221");
        var token = installation.clusterbox("token", "create", "demo", "worker-1", "192.168.56.221", "--container");
        machine.write("/root/join.env", token.succeeded().output());
        var timed = Timed.begin("a machine joins");

        var page = Files.readString(PAGE);
        System.out.println(machine.script("set -x\n" + String.join("\n", Foreign.blocks(page)))
                .succeeded()
                .output());

        timed.until("ready", PATIENCE, () -> {
            var node = kubectl.run("get", "node", "worker-1", "--output=json");
            if (node.exitCode() != 0) {
                return Optional.of(node.output());
            }
            var ready = KubernetesHealth.condition(kubectl.json("get", "node", "worker-1"), "Ready");
            return KubernetesHealth.isTrue(ready) ? Optional.empty() : Optional.of(ready.toString());
        });
        System.out.println(kubectl.run("get", "nodes", "--output=wide").output());
        assertEquals(
                "",
                machine.run("sh", "-c", "ls /root/join.env /root/join.header 2>/dev/null || true")
                        .output());
        assertFalse(machine.run("pgrep", "-f", "clusterbox.*agent").exitCode() == 0, "no agent");
    }

    @Test
    @Order(2)
    void a_pod_runs_on_it() throws Exception {
        kubectl.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: there}
                spec:
                  nodeName: worker-1
                  terminationGracePeriodSeconds: 0
                  containers:
                    - name: there
                      image: docker.io/library/busybox:1.37.0
                      imagePullPolicy: IfNotPresent
                      command: [sh, -c, "echo from $HOSTNAME; sleep 3600"]
                """);
        Timed.begin("a pod on it").until("runs, and its log is read", PATIENCE, () -> {
            var log = kubectl.run("logs", "there");
            return log.output().strip().equals("from there") ? Optional.empty() : Optional.of(log.output());
        });
        assertEquals(
                "ok",
                kubectl.run("exec", "there", "--", "echo", "ok")
                        .succeeded()
                        .output()
                        .strip());
        kubectl.run("delete", "pod", "there").succeeded();
    }

    @Test
    @Order(3)
    void its_token_is_spent_and_its_node_is_itself_only() throws Exception {
        var list = installation.clusterbox("token", "list", "demo").succeeded().output();
        assertTrue(list.contains("worker-1") && list.contains("redeemed"), list);
        var own = "--kubeconfig=/var/lib/kubelet/kubeconfig";
        var foreign = Foreign.of(installation, "demo", "worker-1");
        var whoami = foreign.run("kubectl", own, "auth", "whoami").succeeded().output();
        assertTrue(whoami.contains("system:node:worker-1"), whoami);
        var other = foreign.run("kubectl", own, "label", "node", "node-1", "stolen=yes");
        assertTrue(other.output().contains("is not allowed to modify node"), other.output());
        var secrets = foreign.run("kubectl", own, "get", "secrets", "--all-namespaces");
        assertTrue(secrets.output().contains("forbidden"), secrets.output());
    }

    @Test
    @Order(4)
    void the_api_is_used_from_elsewhere_with_the_kubeconfig_that_people_get() throws Exception {
        var config = Files.readString(kubectl.kubeconfig());
        assertTrue(config.contains("https://203.0.113.1:16443"), config);
        var token = kubectl.run("--namespace=kube-system", "create", "token", "admin")
                .succeeded()
                .output()
                .strip();
        var authority = installation.state().resolve("authority.pem");
        Files.writeString(
                authority,
                installation
                        .onMachine("demo", "controller-1", "cat", "/var/lib/kubernetes/ssl/ca-crt.pem")
                        .succeeded()
                        .output());

        var nodes = elsewhere.run(
                "curl",
                "-sSf",
                "--cacert",
                authority.toString(),
                "-H",
                "Authorization: Bearer " + token,
                "https://203.0.113.1:16443/api/v1/nodes/worker-1");
        assertTrue(nodes.succeeded().output().contains("\"InternalIP\""), nodes.output());
    }

    @Test
    @Order(5)
    void down_leaves_the_host_as_it_was() throws Exception {
        Foreign.of(installation, "demo", "worker-1").delete();
        installation.clusterbox("down", "--yes").succeeded();
        Host.assertBecomes(before);
    }
}

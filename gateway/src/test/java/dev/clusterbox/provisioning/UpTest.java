package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.StandInPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code up} and {@code down} from the request to the end: the real gateway, everything around it a double. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpTest {

    private final LogCapture log = new LogCapture();
    private final Installation installation = Installation.start();

    @AfterAll
    void end() {
        installation.close();
        log.close();
    }

    private String up(String yaml) {
        var answer = installation.rest().up(yaml);
        assertEquals(202, answer.status(), answer.body());
        assertEquals("/v1/operations/" + answer.text("id"), answer.header("Location"));
        return answer.text("id");
    }

    private void upToTheEnd(String yaml) {
        var end = installation.rest().awaitEnd(up(yaml));
        assertTrue(end.startsWith("operation-succeeded"), end);
    }

    private void downToTheEnd(String name) {
        var answer = installation.rest().delete("/v1/clusters/" + name);
        assertEquals(202, answer.status(), answer.body());
        var end = installation.rest().awaitEnd(answer.text("id"));
        assertTrue(end.startsWith("operation-succeeded"), end);
    }

    /** "type step" of every event of an operation. */
    private List<String> events(String operation) {
        try (var lines = installation.rest().lines("/v1/operations/" + operation + "/progress")) {
            return lines.map(line -> line.split("\t", -1))
                    .map(fields -> (fields[0] + " " + fields[1]).strip())
                    .toList();
        }
    }

    @Test
    void up_brings_seven_machines_to_a_running_etcd_and_down_leaves_nothing() throws IOException {
        var operation = up("{name: whole, subnet: 127.0.56.0/24, through: etcd}");
        var events = events(operation);

        assertEquals("operation-started", events.getFirst());
        assertEquals("operation-succeeded", events.getLast());
        before(events, "step-done check-host", "step-started authorities", "step-started machines");
        before(events, "step-started artifacts", "step-done machines");
        before(events, "step-done machines", "step-started agents");
        before(events, "step-done authorities", "step-started agents");
        before(events, "step-done artifacts", "step-started agents");
        before(events, "step-done agents", "step-started load-balancer", "step-started etcd");
        before(events, "step-done prepare", "step-started load-balancer", "step-started etcd");
        before(events, "step-done etcd", "operation-succeeded");
        before(events, "step-done load-balancer", "operation-succeeded");

        var cluster = installation.rest().get("/v1/clusters/whole");
        assertEquals("{kind=REACHED, step=etcd}", cluster.text("state"));
        assertEquals(7, cluster.body().split("\"agent\":\"CONNECTED\"", -1).length - 1, cluster.body());
        var uid = cluster.text("uid");
        assertEquals(
                List.of(
                        "CN=controller-1,O=etcd etcd-peer",
                        "CN=controller-1,O=etcd etcd-server",
                        "CN=controller-2,O=etcd etcd-peer",
                        "CN=controller-2,O=etcd etcd-server",
                        "CN=controller-3,O=etcd etcd-peer",
                        "CN=controller-3,O=etcd etcd-server",
                        "CN=etcdctl@controller-1,O=etcd etcd-client",
                        "CN=etcdctl@controller-2,O=etcd etcd-client",
                        "CN=etcdctl@controller-3,O=etcd etcd-client"),
                issued(uid + ".etcd"));
        var machines = installation.rows(
                "SELECT 'CN=' || id || ',O=clusterbox:agents' FROM machines WHERE cluster = ?", "whole");
        assertEquals(
                7,
                installation.pki.issued().stream()
                        .filter(issued -> issued.profile().equals("agent"))
                        .filter(issued -> machines.contains(issued.subject()))
                        .count());

        secondUpChangesNothing();
        downToTheEnd("whole");

        assertEquals(404, installation.rest().get("/v1/clusters/whole").status());
        assertEquals(List.of(), clusters(installation.vm.networks(), "whole"));
        assertEquals(List.of(), clusters(installation.vm.machines(), "whole"));
        assertEquals(List.of(), clusters(installation.pki.authorities(), "whole"));
        assertEquals(List.of(), installation.rows("SELECT id FROM machines WHERE cluster = ?", "whole"));
        assertEquals(List.of(), installation.rows("SELECT name FROM clusters WHERE name = ?", "whole"));
        noSecretIsInTheLog();
    }

    private void secondUpChangesNothing() {
        int created = installation.vm.created();
        var issued = installation.pki.issued();
        var seeds = installation.vm.seeds();
        try (var lines =
                installation.rest().lines("/v1/operations/" + up("{name: whole, through: etcd}") + "/progress")) {
            var messages = lines.map(line -> line.split("\t", -1))
                    .filter(fields -> fields[0].equals("step-done"))
                    .filter(fields ->
                            List.of("prepare", "load-balancer", "etcd").contains(fields[1]))
                    .map(fields -> fields[6])
                    .toList();

            assertEquals(3, messages.size());
            assertTrue(
                    messages.stream().allMatch(message -> message.matches("0 changed, [1-9][0-9]* as they should be")),
                    "" + messages);
        }
        assertEquals(created, installation.vm.created());
        assertEquals(issued, installation.pki.issued());
        assertEquals(seeds, installation.vm.seeds());
    }

    private List<String> issued(String authority) {
        return installation.pki.issued().stream()
                .filter(issued -> issued.authority().equals(authority))
                .map(issued -> issued.subject() + " " + issued.profile())
                .sorted()
                .toList();
    }

    private static List<String> clusters(List<String> names, String cluster) {
        return names.stream().filter(name -> name.startsWith(cluster)).toList();
    }

    private static void before(List<String> events, String first, String... later) {
        for (var event : later) {
            assertTrue(events.contains(first), first);
            assertTrue(events.indexOf(first) < events.lastIndexOf(event), first + " before " + event + ": " + events);
        }
    }

    /** Tokens of people, services and machines, and private keys. */
    private void noSecretIsInTheLog() throws IOException {
        var text = String.join("\n", log.lines());
        assertTrue(text.contains("has enrolled from 127.0.56.11"), "the log is looked at");
        for (var secret : List.of(
                installation.token("admin"),
                installation.token("slack-bot"),
                Installation.PKI_TOKEN,
                Installation.VM_TOKEN,
                "PRIVATE KEY",
                Files.readString(installation.state().resolve("identity/gateway.pem"))
                        .lines()
                        .toList()
                        .get(1))) {
            assertFalse(text.contains(secret), "a secret is in the log");
        }
        assertFalse(installation.vm.seeds().isEmpty());
        installation.vm.seeds().forEach(seed -> assertFalse(text.contains(seed.token()), "a join token is in the log"));
    }

    @Test
    void a_step_beside_the_last_one_does_not_run_unless_it_comes_before_it() {
        var operation = up("{name: balanced, nodes: 0, controllers: 1, subnet: 127.0.67.0/24, through: load-balancer}");
        var events = events(operation);
        before(events, "step-done load-balancer", "operation-succeeded");
        assertTrue(events.contains("step-done prepare"), events.toString());
        assertFalse(events.contains("step-started etcd"), events.toString());
        var uid = installation.rest().get("/v1/clusters/balanced").text("uid");
        assertEquals(List.of(), issued(uid + ".etcd"), "nothing of etcd is placed either");
        upToTheEnd("{name: balanced, through: etcd}");
        assertEquals(3, issued(uid + ".etcd").size());
        downToTheEnd("balanced");
    }

    @Test
    void the_same_request_while_it_runs_is_the_same_operation_and_another_is_refused_with_the_differences()
            throws InterruptedException {
        var yaml = "{name: busy, nodes: 0, controllers: 1, subnet: 127.0.57.0/24, through: etcd}";
        var hold = installation.fleet.hold("127.0.57.11", Operation::hasRunUnit);
        var operation = up(yaml);
        hold.awaitReached();

        assertEquals(operation, up(yaml));
        assertEquals(operation, up("{name: busy, through: etcd}"));
        var other = installation
                .rest()
                .up("{name: busy, nodes: 2, podCidr: 10.100.0.0/16, node: {cpus: 3}, through: etcd}");
        assertEquals(409, other.status());
        assertEquals(
                "cluster 'busy' is there and different: nodes is 0, asked for 2, node is Size[cpus=2, memoryMiB=2048],"
                        + " asked for Size[cpus=3, memoryMiB=2048], podCidr is 10.244.0.0/16, asked for 10.100.0.0/16",
                other.text("detail"));
        assertEquals(
                409, installation.rest().up("{name: busy, through: agents}").status());
        var late = installation
                .rest()
                .up("{name: busy, through: etcd, addons: [{name: late, manifest: 'kind: Namespace'}]}");
        assertEquals(409, late.status(), "what is under way would not apply it");
        var down = installation.rest().delete("/v1/clusters/busy");
        assertEquals(409, down.status());
        assertTrue(down.text("detail").startsWith("up of 'busy' is under way, for admin since "), down.body());
        assertEquals("wait for operation " + operation, down.text("hint"));

        hold.release();
        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));
        downToTheEnd("busy");
    }

    @Test
    void a_key_gets_the_answer_that_it_got_before() {
        var rest = installation.rest().with("Idempotency-Key", "0d5e-1");
        var yaml = "{name: keyed, nodes: 0, controllers: 1, subnet: 127.0.58.0/24, through: machines}";
        var first = rest.up(yaml);
        assertEquals(202, first.status());
        installation.rest().awaitEnd(first.text("id"));

        assertEquals(first.text("id"), rest.up(yaml).text("id"));
        var other = rest.up("{name: keyed2, through: etcd}");
        assertEquals(409, other.status());
        assertEquals("Idempotency-Key '0d5e-1' was used for another request", other.text("detail"));
        assertEquals(409, rest.delete("/v1/clusters/keyed").status());
        assertEquals(404, installation.rest().get("/v1/clusters/keyed2").status());
        var bot = rest.withToken(installation.token("slack-bot")).with("Idempotency-Key", "0d5e-1");
        var bots = bot.up(yaml);
        assertFalse(bots.text("id").equals(first.text("id")), "another caller's keys are others");
        installation.rest().awaitEnd(bots.text("id"));

        var last = installation.rest().with("Idempotency-Key", "0d5e-2");
        var gone = last.delete("/v1/clusters/keyed");
        installation.rest().awaitEnd(gone.text("id"));
        assertEquals(gone.text("id"), last.delete("/v1/clusters/keyed").text("id"), "though it is gone");
    }

    @Test
    void two_clusters_go_up_side_by_side() {
        var one = up("{name: left, nodes: 1, controllers: 1, subnet: 127.0.59.0/24, through: etcd}");
        var other = up("{name: right, nodes: 1, controllers: 1, subnet: 127.0.60.0/24, through: etcd}");

        assertTrue(installation.rest().awaitEnd(one).startsWith("operation-succeeded"));
        assertTrue(installation.rest().awaitEnd(other).startsWith("operation-succeeded"));
        var left = installation.rest().get("/v1/clusters/left").text("uid");
        var right = installation.rest().get("/v1/clusters/right").text("uid");
        assertEquals(3, issued(left + ".etcd").size());
        assertEquals(3, issued(right + ".etcd").size());
        var third = installation.rest().awaitEnd(up("{name: third, subnet: 127.0.60.0/24, through: etcd}"));
        assertTrue(third.contains("subnet 127.0.60.0/24: another cluster has 127.0.60.0/24"), third);

        downToTheEnd("left");
        assertEquals(3, clusters(installation.vm.machines(), "right").size(), "the other one is left alone");
        downToTheEnd("right");
        downToTheEnd("third");
    }

    @Test
    void a_cluster_that_never_had_a_network_is_asked_for_anew_and_taken_down_without_its_provider() {
        var end = installation.rest().awaitEnd(up("{name: elsewhere, provider: virtualbox, through: etcd}"));
        assertTrue(end.contains("virtualbox cannot be used: a double has no VirtualBox"), end);
        var big = installation.rest().awaitEnd(up("{name: elsewhere, node: {memoryMiB: 100000}, through: etcd}"));
        assertTrue(big.contains("the machines may use 306656 MiB, the host has 16384"), big);

        downToTheEnd("elsewhere");

        assertEquals(404, installation.rest().get("/v1/clusters/elsewhere").status());
        upToTheEnd("{name: elsewhere, nodes: 0, controllers: 1, subnet: 127.0.61.0/24, through: machines}");
        downToTheEnd("elsewhere");
    }

    @Test
    void serials_are_never_used_twice() {
        var serials = installation.pki.issued().stream().map(Issued::serial).toList();

        assertEquals(List.copyOf(new java.util.TreeSet<>(serials)).size(), serials.size());
    }
}

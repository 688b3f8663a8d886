package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.Rest.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** More and fewer nodes, machines in the place of others, stop and start: the real gateway, everything around it a double. */
final class ChangesTest {

    private static final String MACHINES = "/v1/providers/nspawn/machines/demo-";

    private final LogCapture log = new LogCapture();
    private final Installation installation = Installation.start();

    @AfterEach
    void end() {
        installation.close();
        log.close();
    }

    private void up(int controllers, int nodes) {
        succeeded(installation
                .rest()
                .up("{name: demo, controllers: %d, nodes: %d, subnet: 127.0.80.0/24, through: etcd}"
                        .formatted(controllers, nodes)));
    }

    private String succeeded(Answer answer) {
        assertEquals(202, answer.status(), answer.body());
        var end = installation.rest().awaitEnd(answer.text("id"));
        assertTrue(end.startsWith("operation-succeeded"), end);
        return answer.text("id");
    }

    private Answer scale(Object count) {
        return installation
                .rest()
                .patch("/v1/clusters/demo", "application/merge-patch+json", "{\"nodes\": %s}".formatted(count));
    }

    private Answer ask(String what) {
        return installation.rest().send("POST", "/v1/clusters/demo/" + what);
    }

    private List<String> machines() {
        return installation.vm.machines().stream()
                .map(name -> name.replace("demo-", ""))
                .toList();
    }

    private List<String> ids() {
        return installation.rows("SELECT host_name || ' ' || id FROM machines ORDER BY host_name");
    }

    private String text() {
        return installation
                .rest()
                .with("Accept", "text/plain")
                .get("/v1/clusters")
                .body()
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow()
                .replaceAll(" +", " ");
    }

    @Test
    void nodes_are_made_and_the_last_ones_removed_with_all_that_they_were_certified_as() {
        up(1, 1);
        var before = ids();

        succeeded(scale(3));
        assertEquals(List.of("controller-1", "haproxy", "node-1", "node-2", "node-3"), machines());
        assertTrue(ids().containsAll(before), "those that were there are the same");
        assertEquals("[controller-1, haproxy, node-1, node-2, node-3]", installation.vm.hosts("demo-node-1"));
        assertEquals("demo up through etcd 1.36 nspawn 127.0.80.0/24 5 8.5 GiB", text());

        int created = installation.vm.created();
        succeeded(scale(3));
        assertEquals(created, installation.vm.created(), "the second time changes nothing");

        var revokedBefore = installation.pki.revoked().size();
        var agents = installation.rows("SELECT id FROM machines WHERE host_name IN ('node-2', 'node-3')");
        succeeded(scale(1));
        assertEquals(List.of("controller-1", "haproxy", "node-1"), machines());
        assertEquals(before, ids());
        assertEquals("[controller-1, haproxy, node-1]", installation.vm.hosts("demo-node-1"));
        var revoked = installation.pki.revoked();
        assertEquals(revokedBefore + 2, revoked.size());
        agents.forEach(id -> assertTrue(revoked.contains("CN=%s,O=clusterbox:agents agent".formatted(id))));
        assertEquals("demo up through etcd 1.36 nspawn 127.0.80.0/24 3 4.5 GiB", text());
    }

    @Test
    void a_machine_in_the_place_of_another_has_its_name_and_nothing_else_of_it() {
        up(1, 2);
        var before = ids();
        var revokedBefore = installation.pki.revoked();

        succeeded(ask("machines/node-2/replace"));

        var after = ids();
        assertEquals(before.subList(0, 3), after.subList(0, 3));
        assertFalse(before.contains(after.get(3)), after.toString());
        var revoked = installation.pki.revoked().stream()
                .filter(one -> !revokedBefore.contains(one))
                .toList();
        assertEquals(
                List.of("CN=%s,O=clusterbox:agents agent"
                        .formatted(before.get(3).split(" ", -1)[1])),
                revoked);
    }

    @Test
    void stopped_nodes_go_first_and_everything_is_back_after_a_start() {
        up(1, 2);
        var before = ids();
        int told = installation.fleet.told().size();

        succeeded(ask("stop"));
        var stopped = installation.vm.stopped();
        assertEquals(
                List.of("demo-node-1", "demo-node-2"),
                stopped.subList(stopped.size() - 4, stopped.size() - 2).stream()
                        .sorted()
                        .toList());
        assertEquals(
                List.of("STOP_UNIT", "STOP_UNIT", "STOP_UNIT"),
                installation.fleet.told().subList(told, told + 3).stream()
                        .map(line -> line.replace("127.0.80.11 ", ""))
                        .toList());
        assertEquals("demo stopped 1.36 nspawn 127.0.80.0/24 4 6.5 GiB", text());
        succeeded(ask("stop"));
        scale(3).assertProblem(409, "CONFLICT");
        ask("machines/node-1/replace").assertProblem(409, "CONFLICT");
        assertEquals("cluster 'demo' is stopped", scale(3).text("detail"));

        succeeded(ask("start"));
        assertEquals(before, ids());
        assertEquals("demo up through etcd 1.36 nspawn 127.0.80.0/24 4 6.5 GiB", text());
        assertEquals(
                4, installation.rest().get("/v1/clusters/demo").body().split("\"agent\":\"CONNECTED\"", -1).length - 1);
        succeeded(ask("stop"));
        up(1, 2);
        assertEquals(before, ids(), "up does it, too");
    }

    /** Whatever was under way when the gateway stopped is done when it is back, and nothing twice. */
    @ParameterizedTest
    @CsvSource({
        "vm, DELETE, node-3",
        "vm, DELETE, node-2",
        "pki, POST /v1/authorities/installation/certificates/[0-9a-f]+/revoke, ''",
        "pki, GET /v1/certificates, ''",
        "vm, PUT, node-1"
    })
    void a_gateway_that_stops_while_nodes_leave_goes_on_when_it_starts(String service, String what, String machine)
            throws InterruptedException {
        up(1, 3);
        var staying = ids().subList(0, 3);
        var double_ = service.equals("vm") ? installation.vm : installation.pki;
        double_.goAwayAt(machine.isEmpty() ? what : what + " " + MACHINES + machine);
        var operation = scale(1).text("id");
        log.await(service + "-service does not answer");

        installation.stopGateway();
        assertTrue(log.has("operation " + operation + " is left for the next start"), "it says so");
        double_.back();
        installation.startGateway();

        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));
        assertEquals(List.of("controller-1", "haproxy", "node-1"), machines());
        assertEquals(staying, ids());
        assertFalse(log.has("has a bug"), "stopping is no failure: " + log.lines());
    }

    @Test
    void a_gateway_that_stops_while_a_machine_is_replaced_does_not_replace_the_new_one() throws InterruptedException {
        up(1, 1);
        var before = ids();
        installation.vm.goAwayAt("POST " + MACHINES + "node-1/start");
        var operation = ask("machines/node-1/replace").text("id");
        log.await("vm-service does not answer");
        int created = installation.vm.created();

        installation.stopGateway();
        installation.vm.back();
        installation.startGateway();

        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));
        assertEquals(created, installation.vm.created());
        assertFalse(before.contains(ids().getLast()));
    }

    @Test
    void answers_may_be_lost() {
        up(1, 2);
        installation.vm.loseAnswerTo("DELETE " + MACHINES + "node-2");
        installation.pki.loseAnswerTo("POST .*/revoke");

        succeeded(scale(1));

        assertEquals(List.of("controller-1", "haproxy", "node-1"), machines());
    }

    @Test
    void what_cannot_be_is_told_and_changes_nothing() {
        up(1, 1);
        var inventory = installation.inventory();

        scale(-1).assertProblem(400, "INVALID");
        scale(201).assertProblem(400, "INVALID");
        scale("\"three\"").assertProblem(400, "INVALID");
        scale("null").assertProblem(400, "INVALID");
        scale(1.5).assertProblem(400, "INVALID");
        var other = installation.rest().patch("/v1/clusters/demo", "application/json", "{\"controllers\": 3}");
        other.assertProblem(400, "INVALID");
        assertEquals("request: unknown field 'controllers' (expected: nodes)", other.text("detail"));
        installation
                .rest()
                .patch("/v1/clusters/other", "application/json", "{\"nodes\": 3}")
                .assertProblem(404, "NOT_FOUND");
        assertEquals(400, scale(100).status());
        ask("machines/node-7/replace").assertProblem(404, "NOT_FOUND");
        assertEquals(
                "cluster 'demo' has no machine 'node-7' (expected: one of haproxy, controller-1, node-1)",
                ask("machines/node-7/replace").text("detail"));
        ask("machines/controller-1/replace").assertProblem(409, "CONFLICT");
        assertEquals(
                "controller-1 is the only controller of 'demo': all that is in the cluster would be gone with it",
                ask("machines/controller-1/replace").text("detail"));

        assertEquals(inventory, installation.inventory());
        assertEquals("demo up through etcd 1.36 nspawn 127.0.80.0/24 3 4.5 GiB", text());
        var asked = installation.rest().up("{name: demo, nodes: 2, through: etcd}");
        asked.assertProblem(409, "CONFLICT");
        assertTrue(asked.text("hint").contains("'./clusterbox scale demo N'"), asked.body());
    }

    @Test
    void the_same_while_it_runs_is_the_same_operation_and_another_is_refused() throws InterruptedException {
        up(1, 1);
        installation.vm.goAwayAt("PUT " + MACHINES + "node-2");
        var operation = scale(2).text("id");
        log.await("vm-service does not answer");

        assertEquals(
                operation,
                installation
                        .rest()
                        .with("Idempotency-Key", "k-1")
                        .patch("/v1/clusters/demo", "application/json", "{\"nodes\": 2}")
                        .text("id"));
        scale(1).assertProblem(409, "CONFLICT");
        ask("stop").assertProblem(409, "CONFLICT");
        installation.vm.back();
        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));

        assertEquals(
                operation,
                installation
                        .rest()
                        .with("Idempotency-Key", "k-1")
                        .patch("/v1/clusters/demo", "application/json", "{\"nodes\": 2}")
                        .text("id"));
        installation
                .rest()
                .with("Idempotency-Key", "k-1")
                .patch("/v1/clusters/demo", "application/json", "{\"nodes\": 1}")
                .assertProblem(409, "CONFLICT");
    }
}

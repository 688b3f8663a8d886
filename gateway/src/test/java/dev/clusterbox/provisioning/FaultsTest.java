package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody is killed or away in the middle of {@code up}, or an answer is lost: the cluster ends as if nothing had been. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultsTest {

    private static final String SMALL = "{name: demo, nodes: 1, controllers: 1, subnet: 127.0.62.0/24, through: etcd}";
    private static final String CONTROLLER = "127.0.62.11";

    private final Installation installation = Installation.start();
    private LogCapture log = new LogCapture();

    @AfterEach
    void down() {
        var down = installation.rest().delete("/v1/clusters/demo");
        assertTrue(installation.rest().awaitEnd(down.text("id")).startsWith("operation-succeeded"));
        assertEquals(List.of(), installation.vm.machines());
        assertEquals(List.of(), installation.vm.networks());
        assertEquals(List.of("installation"), installation.pki.authorities());
        assertEquals(List.of(), installation.rows("SELECT id FROM machines"));
        assertEquals(List.of(), installation.rows("SELECT machine FROM join_tokens"));
        log.close();
        log = new LogCapture();
    }

    @AfterAll
    void end() {
        installation.close();
        log.close();
    }

    private String up() {
        var answer = installation.rest().up(SMALL);
        assertEquals(202, answer.status(), answer.body());
        return answer.text("id");
    }

    /** Three machines, and three certificates of etcd beside one for each agent: nothing twice. */
    private void assertWhole(String operation) {
        var end = installation.rest().awaitEnd(operation);
        assertTrue(end.startsWith("operation-succeeded"), end);
        var cluster = installation.rest().get("/v1/clusters/demo");
        assertEquals("{kind=REACHED, step=etcd}", cluster.text("state"));
        assertEquals(3, installation.vm.machines().size());
        var ids = installation.rows("SELECT id FROM machines");
        assertEquals(3, ids.size());
        assertEquals(
                3,
                installation.pki.issued().stream()
                        .filter(issued -> ids.stream().anyMatch(issued.subject()::contains))
                        .count(),
                "a certificate for each agent");
        assertEquals(
                List.of("etcd-client", "etcd-peer", "etcd-server"),
                installation.pki.issued().stream()
                        .filter(issued -> issued.authority().equals(cluster.text("uid") + ".etcd"))
                        .map(issued -> issued.profile())
                        .sorted()
                        .toList());
        assertEquals(
                3,
                cluster.body().split("\"agent\":\"CONNECTED\"", -1).length - 1,
                "agents are still there: " + cluster.body());
    }

    @Test
    void a_gateway_that_stops_in_the_middle_goes_on_when_it_starts() throws InterruptedException {
        var hold = installation.fleet.hold(CONTROLLER, Operation::hasRunUnit);
        var operation = up();
        hold.awaitReached();

        installation.stopGateway();
        assertTrue(log.has("operation " + operation + " is left for the next start"), "it says so");
        hold.release();
        installation.startGateway();

        assertWhole(operation);
        assertFalse(log.has("has a bug"), "stopping is no failure: " + log.lines());
    }

    @Test
    void a_gateway_that_stops_while_a_service_is_away_goes_on_when_both_are_back() throws InterruptedException {
        installation.vm.goAwayAt("PUT /v1/providers/nspawn/machines/demo-controller-1");
        var operation = up();
        log.await("vm-service does not answer");

        installation.stopGateway();
        assertTrue(log.has("operation " + operation + " is left for the next start"), "it says so");
        installation.vm.back();
        installation.startGateway();

        assertWhole(operation);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT /v1/authorities/demo-[^.]*.etcd",
        "POST /v1/authorities/installation/certificates",
        "POST /v1/authorities/demo-[^.]*.etcd/certificates"
    })
    void pki_service_may_be_away_for_a_while(String at) throws InterruptedException {
        installation.pki.goAwayAt(at);
        var operation = up();
        log.await("pki-service does not answer");
        installation.pki.back();

        assertWhole(operation);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /v1/providers/nspawn/host",
        "PUT /v1/providers/nspawn/networks/demo",
        "PUT /v1/providers/nspawn/machines/demo-node-1",
        "PUT /v1/providers/nspawn/machines/demo-node-1/seed",
        "POST /v1/providers/nspawn/machines/demo-haproxy/start"
    })
    void vm_service_may_be_away_for_a_while(String at) throws InterruptedException {
        installation.vm.goAwayAt(at);
        var operation = up();
        log.await("vm-service does not answer");
        installation.vm.back();

        assertWhole(operation);
    }

    @Test
    void answers_may_be_lost() {
        for (var request : List.of(
                "PUT /v1/authorities/demo-.*",
                "POST /v1/authorities/installation/certificates",
                "POST /v1/authorities/demo-[^.]*.etcd/certificates")) {
            installation.pki.loseAnswerTo(request);
        }
        for (var request : List.of("/networks/demo", "/machines/demo-node-1", "/machines/demo-controller-1/seed")) {
            installation.vm.loseAnswerTo("PUT /v1/providers/nspawn" + request);
        }
        installation.vm.loseAnswerTo("POST /v1/providers/nspawn/machines/demo-node-1/start");

        assertWhole(up());
    }

    @Test
    void a_machine_that_loses_power_while_it_works_is_told_again() {
        installation.fleet.drop(CONTROLLER, Operation::hasMakeCertificate);
        installation.fleet.drop(CONTROLLER, Operation::hasRunUnit);
        installation.fleet.drop("127.0.62.21", Operation::hasInstallPackage);

        assertWhole(up());

        assertTrue(log.has("the agent on controller-1 went away; telling it again"), "it says so");
    }

    @Test
    void what_an_agent_could_not_do_is_told_with_its_hint_and_up_repairs_it() {
        installation.fleet.fail(
                CONTROLLER,
                Operation::hasRunUnit,
                "FAILED",
                "etcd.service did\nnot \u001b[31mstart",
                "journalctl -u etcd");
        var operation = up();
        var end = installation.rest().awaitEnd(operation);

        assertTrue(end.startsWith("operation-failed"), end);
        assertTrue(
                end.contains("controller-1: etcd.service did not  [31mstart (journalctl -u etcd)"),
                "no escape sequence comes through: " + end);
        var failed = installation.rest().get("/v1/operations/" + operation);
        assertEquals(
                "{code=FAILED, message=controller-1: etcd.service did not  [31mstart, hint=journalctl -u etcd}",
                failed.text("problem"));
        assertTrue(failed.text("steps").contains("id=etcd, title=Start etcd, state=FAILED"), failed.body());
        assertFalse(failed.body().contains("RUNNING"), "nothing runs any more: " + failed.body());
        var cluster = installation.rest().get("/v1/clusters/demo");
        assertTrue(cluster.text("state").startsWith("{kind=FAILED, step=Start etcd, problem="), cluster.body());
        assertTrue(installation
                .rest()
                .with("Accept", "text/plain")
                .get("/v1/clusters/demo")
                .body()
                .contains("step 'Start etcd': controller-1: etcd.service did not"));

        assertWhole(up());
    }

    @Test
    void a_step_that_fails_ends_the_ones_beside_it() {
        var hold = installation.fleet.hold("127.0.62.10", Operation::hasRunUnit);
        installation.fleet.fail(CONTROLLER, Operation::hasRunUnit, "no-such-code", "no", "");
        var operation = up();

        var end = installation.rest().awaitEnd(operation);
        assertTrue(end.contains("controller-1: no"), end);
        var failed = installation.rest().get("/v1/operations/" + operation);
        assertTrue(
                failed.text("steps").contains("id=load-balancer, title=Start load balancer, state=PENDING"),
                failed.body());
        hold.release();
        assertWhole(up());
    }

    @Test
    void a_gateway_that_stops_during_down_goes_on_with_it() throws InterruptedException {
        installation.rest().awaitEnd(up());
        installation.vm.goAwayAt("DELETE /v1/providers/nspawn/machines/demo-node-1");
        var down = installation.rest().delete("/v1/clusters/demo").text("id");
        log.await("vm-service does not answer");
        assertEquals(409, installation.rest().up(SMALL).status(), "not while it goes down");
        assertEquals(down, installation.rest().delete("/v1/clusters/demo").text("id"));

        installation.stopGateway();
        installation.vm.back();
        installation.startGateway();

        assertTrue(installation.rest().awaitEnd(down).startsWith("operation-succeeded"));
        assertWhole(up());
    }

    @Test
    void ids_of_events_rise_over_a_restart() throws InterruptedException {
        var hold = installation.fleet.hold(CONTROLLER, Operation::hasRunUnit);
        var operation = up();
        hold.awaitReached();
        installation.stopGateway();
        hold.release();
        installation.startGateway();
        installation.rest().awaitEnd(operation);

        try (var lines = installation.rest().lines("/v1/operations/" + operation + "/progress")) {
            var ids = lines.map(line -> Integer.parseInt(line.substring(line.lastIndexOf('\t') + 1)))
                    .toList();
            assertEquals(
                    IntStream.rangeClosed(ids.getFirst(), ids.getLast()).boxed().toList(), ids);
        }
    }
}

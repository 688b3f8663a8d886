package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Somebody changes their mind in the middle of {@code up}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CancelTest {

    private static final String SMALL = "{name: demo, nodes: 0, controllers: 1, subnet: 127.0.72.0/24, through: etcd}";
    private static final String CONTROLLER = "127.0.72.11";

    private final Installation installation = Installation.start();
    private final Rest admin = installation.rest();

    @AfterEach
    void down() {
        var rest = installation.rest();
        assertTrue(rest.awaitEnd(rest.delete("/v1/clusters/demo").text("id")).startsWith("operation-succeeded"));
        assertEquals(List.of(), installation.vm.machines());
    }

    @AfterAll
    void end() {
        installation.close();
    }

    @Test
    void what_has_begun_ends_nothing_more_begins_and_up_goes_on_from_there() throws InterruptedException {
        var hold = installation.fleet.hold(CONTROLLER, operation -> true);
        var operation = admin.up(SMALL).text("id");
        hold.awaitReached();
        assertEquals(202, cancel(admin, operation).status());
        assertEquals(202, cancel(admin, operation).status(), "again is no harm");
        hold.release();

        var end = admin.awaitEnd(operation);
        assertTrue(end.startsWith("operation-failed") && end.contains("cancelled by admin"), end);
        var cancelled = admin.get("/v1/operations/" + operation);
        assertTrue(cancelled.body().contains("'./clusterbox up demo' goes on from here"), cancelled.body());
        assertFalse(cancelled.body().contains("\"state\":\"RUNNING\""), "no step is left under way");
        assertTrue(cancelled.body().contains("\"id\":\"etcd\",\"title\":\"Start etcd\",\"state\":\"PENDING\""), cancelled.body());
        try (var events = admin.lines("/v1/operations/" + operation + "/progress")) {
            assertEquals(
                    1, events.filter(line -> line.startsWith("operation-cancelling")).count());
        }

        cancel(admin, operation).assertProblem(409, "CONFLICT");
        assertTrue(admin.awaitEnd(admin.up(SMALL).text("id")).startsWith("operation-succeeded"));
    }

    @Test
    void a_gateway_that_is_started_again_knows_that_it_was_cancelled() throws InterruptedException {
        var hold = installation.fleet.hold(CONTROLLER, Operation::hasRunUnit);
        var operation = admin.up(SMALL).text("id");
        hold.awaitReached();
        cancel(admin, operation);
        installation.stopGateway();
        hold.release();
        installation.startGateway();

        var end = installation.rest().awaitEnd(operation);
        assertTrue(end.startsWith("operation-failed") && end.contains("cancelled by admin"), end);
    }

    @Test
    void who_is_locked_out_cancels_nothing() throws InterruptedException {
        var hold = installation.fleet.hold(CONTROLLER, operation -> true);
        var operation = installation.rest().up(SMALL).text("id");
        hold.awaitReached();
        var bot = installation.rest().withToken(installation.token("slack-bot"));
        installation.rest().put("/v1/clusters/demo/lock", "{\"reason\": \"upgrade\"}");

        cancel(bot.with("Clusterbox-Actor", "slack:U0EVE"), operation).assertProblem(409, "CONFLICT");
        hold.release();
        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));
    }

    @Test
    void what_is_not_there_cannot_be_cancelled() {
        installation.rest().up(SMALL);
        cancel(installation.rest(), "nothing").assertProblem(404, "NOT_FOUND");
        var newest = installation.rows("SELECT id FROM operations WHERE state = 'RUNNING'");
        newest.forEach(id -> installation.rest().awaitEnd(id));
    }

    private static Rest.Answer cancel(Rest rest, String operation) {
        return rest.send("POST", "/v1/operations/" + operation + "/cancel");
    }
}

package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans over REST, with a real provisioning behind them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PlanTest {

    private static final String SMALL = "{name: demo, nodes: 0, controllers: 1, subnet: 127.0.73.0/24, through: agents}";

    private final Installation installation = Installation.start();
    private final Rest admin = installation.rest();

    @AfterEach
    void down() {
        if (admin.get("/v1/clusters/demo").status() == 200) {
            assertTrue(admin.awaitEnd(admin.delete("/v1/clusters/demo").text("id")).startsWith("operation-succeeded"));
        }
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private Rest.Answer plan(String body) {
        var plan = admin.post("/v1/clusters/plan", "application/yaml", body);
        assertEquals(200, plan.status(), plan.body());
        return plan;
    }

    private Rest.Answer apply(String hash, String body) {
        return admin.with("If-Match", hash).post("/v1/clusters/apply", "application/yaml", body);
    }

    @Test
    void what_was_planned_is_done_and_then_there_is_nothing_to_do() {
        var plan = plan(SMALL);
        assertEquals(List.of(), installation.vm.machines(), "a plan makes nothing");
        assertTrue(plan.body().contains("make demo-controller-1 at 127.0.73.11 (2 CPU, 2048 MiB)"), plan.body());
        assertEquals("\"" + plan.text("hash") + "\"", plan.header("ETag"));
        assertEquals(plan.text("hash"), plan(SMALL).text("hash"), "nothing has moved");

        var applied = apply(plan.header("ETag"), SMALL);
        assertEquals(202, applied.status(), applied.body());
        assertTrue(admin.awaitEnd(applied.text("id")).startsWith("operation-succeeded"));
        assertEquals("[]", plan(SMALL).text("changes"));
        assertTrue(plan(SMALL.replace("agents", "etcd")).body().contains("go on from 'agents' to 'etcd'"));
    }

    @Test
    void a_plan_whose_facts_have_moved_is_not_applied() {
        var plan = plan(SMALL);
        assertTrue(admin.awaitEnd(admin.up(SMALL).text("id")).startsWith("operation-succeeded"));

        apply(plan.text("hash"), SMALL).assertProblem(409, "CONFLICT");
        var second = plan(SMALL);
        assertTrue(admin.awaitEnd(admin.up(SMALL).text("id")).startsWith("operation-succeeded"));
        apply(second.text("hash"), SMALL).assertProblem(409, "CONFLICT");
    }

    @Test
    void a_plan_is_for_what_was_asked_and_nothing_else() {
        var plan = plan(SMALL);
        var other = SMALL.replace("agents", "etcd");

        assertNotEquals(plan.text("hash"), plan(other).text("hash"));
        apply(plan.text("hash"), other).assertProblem(409, "CONFLICT");
    }

    @Test
    void applied_again_with_the_same_key_it_is_the_same_operation() {
        var plan = plan(SMALL);
        var once = admin.with("Idempotency-Key", "k1").with("If-Match", plan.text("hash"));
        var first = once.post("/v1/clusters/apply", "application/yaml", SMALL);
        assertTrue(admin.awaitEnd(first.text("id")).startsWith("operation-succeeded"));

        var again = once.post("/v1/clusters/apply", "application/yaml", SMALL);
        assertEquals(202, again.status(), again.body());
        assertEquals(first.text("id"), again.text("id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "abc", "W/\"abc\"", "\"' OR 1=1\""})
    void without_a_hash_nothing_is_applied(String match) {
        apply(match, SMALL).assertProblem(400, "INVALID");
        assertEquals(404, admin.get("/v1/clusters/demo").status());
    }

    @Test
    void what_up_refuses_has_no_plan() {
        admin.post("/v1/clusters/plan", "application/yaml", "{name: demo, controllers: 2}")
                .assertProblem(400, "INVALID");
    }
}

package dev.clusterbox.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import dev.clusterbox.storage.Database;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks over REST, with a cluster that was made before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LocksTest {

    private static final String LOCK = "/v1/clusters/demo/lock";
    private static final String SMALL = "{name: demo, nodes: 0, controllers: 1, subnet: 127.0.71.0/24, through: agents}";

    private final Installation installation = Installation.start();
    private final Rest admin = installation.rest();
    private final Rest ada = person("slack:U0ADA ada");
    private final Rest eve = person("slack:U0EVE eve");

    private Rest person(String actor) {
        return installation.rest().withToken(installation.token("slack-bot")).with("Clusterbox-Actor", actor);
    }

    @BeforeEach
    void up() {
        assertTrue(admin.awaitEnd(admin.up(SMALL).text("id")).startsWith("operation-succeeded"));
    }

    @AfterEach
    void down() {
        admin.put(LOCK, "{\"reason\": \"end of the test\", \"takeOver\": true}");
        assertTrue(admin.awaitEnd(admin.delete("/v1/clusters/demo").text("id")).startsWith("operation-succeeded"));
        assertEquals(0, installation.rows("SELECT owner FROM cluster_locks").size());
    }

    @AfterAll
    void end() {
        installation.close();
    }

    @Test
    void a_lock_keeps_everybody_else_from_changing_the_cluster_and_nobody_from_looking() {
        assertEquals(404, admin.get(LOCK).status());
        var taken = ada.put(LOCK, "{\"reason\": \"upgrade\", \"minutes\": 30}");
        assertEquals(200, taken.status(), taken.body());
        assertEquals("slack:U0ADA ada", taken.text("owner"));

        for (var other : new Rest[] {eve, admin}) {
            for (var refused : new Rest.Answer[] {
                other.up(SMALL), other.delete("/v1/clusters/demo"), other.put(LOCK, "{\"reason\": \"mine\"}"), other.delete(LOCK)
            }) {
                refused.assertProblem(409, "CONFLICT");
                assertTrue(refused.text("detail").startsWith("'demo' is locked by slack:U0ADA ada until "), refused.body());
                assertTrue(refused.text("detail").endsWith(": upgrade"), refused.body());
            }
            assertEquals(200, other.get("/v1/clusters/demo").status());
            assertEquals("upgrade", other.get(LOCK).text("reason"));
        }
        var mine = ada.up(SMALL);
        assertEquals(202, mine.status(), mine.body());
        assertTrue(admin.awaitEnd(mine.text("id")).startsWith("operation-succeeded"));
    }

    @Test
    void its_owner_ends_it_and_may_have_another_name_by_then() {
        ada.put(LOCK, "{\"reason\": \"upgrade\"}");
        var renamed = person("slack:U0ADA countess");

        assertEquals(200, renamed.put(LOCK, "{\"reason\": \"still\"}").status());
        assertEquals("still", eve.get(LOCK).text("reason"));
        assertEquals(204, renamed.delete(LOCK).status());
        assertEquals(404, eve.get(LOCK).status());
        assertEquals(204, renamed.delete(LOCK).status());
    }

    @Test
    void it_is_taken_over_only_by_who_says_so() {
        ada.put(LOCK, "{\"reason\": \"upgrade\"}");
        eve.put(LOCK, "{\"reason\": \"mine\", \"takeOver\": false}").assertProblem(409, "CONFLICT");

        assertEquals("slack:U0EVE eve", eve.put(LOCK, "{\"reason\": \"mine\", \"takeOver\": true}").text("owner"));
        ada.up(SMALL).assertProblem(409, "CONFLICT");
    }

    @Test
    void it_ends_by_itself() {
        ada.put(LOCK, "{\"reason\": \"upgrade\", \"minutes\": 1}");
        var expires = Instant.parse(eve.get(LOCK).text("expiresAt"));
        assertTrue(expires.isBefore(Instant.now().plusSeconds(61)), expires::toString);
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "UPDATE cluster_locks SET expires_at = ?",
                        Instant.now().minusSeconds(1).toString()));

        assertEquals(404, eve.get(LOCK).status());
        assertEquals(200, eve.put(LOCK, "{\"reason\": \"mine\"}").status());
    }

    @Test
    void it_outlives_the_gateway() {
        ada.put(LOCK, "{\"reason\": \"upgrade\"}");
        installation.stopGateway();
        installation.startGateway();

        assertEquals("upgrade", installation.rest().get(LOCK).text("reason"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"reason\": \"\"}",
                "{\"reason\": \"   \"}",
                "{\"reason\": \"a\\nb\"}",
                "{\"reason\": \"a\\u202eb\"}",
                "{\"reason\": \"x\", \"minutes\": 0}",
                "{\"reason\": \"x\", \"minutes\": -5}",
                "{\"reason\": \"x\", \"minutes\": 10081}",
                "{\"reason\": \"x\", \"minutes\": \"long\"}",
                "{\"reason\": \"x\", \"owner\": \"slack:U0EVE\"}",
            })
    void what_makes_no_sense_is_refused(String body) {
        ada.put(LOCK, body).assertProblem(400, "INVALID");
        assertEquals(404, admin.get(LOCK).status());
    }

    @Test
    void a_cluster_that_is_not_there_cannot_be_locked() {
        ada.put("/v1/clusters/other/lock", "{\"reason\": \"x\"}").assertProblem(404, "NOT_FOUND");
    }
}

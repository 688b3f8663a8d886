package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several clusters, and requests that cannot be carried out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SideBySideTest {

    private Installation installation;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        installation = Installation.start("side-by-side", 23000);
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    @Test
    void two_clusters_live_side_by_side() throws Exception {
        var gateway = installation.gateway();
        var one = gateway.up("{\"name\": \"one\", \"controllers\": 1, \"nodes\": 1, \"through\": \"etcd\"}");
        var two = gateway.up("{\"name\": \"two\", \"controllers\": 1, \"nodes\": 1, \"through\": \"etcd\"}");
        gateway.awaitSuccess(one);
        gateway.awaitSuccess(two);
        Healthy.assertThrough(installation, "one", 1, 1);
        Healthy.assertThrough(installation, "two", 1, 1);
        assertNotEquals(
                gateway.cluster("one").get("subnet"), gateway.cluster("two").get("subnet"));

        installation.clusterbox("down", "one", "--yes").succeeded();

        assertEquals(List.of("two"), gateway.clusters());
        Healthy.assertThrough(installation, "two", 1, 1);
        installation.clusterbox("down", "two", "--yes").succeeded();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\": \"../etc\", \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"controllers\": 2, \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"nodes\": -1, \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"subnet\": \"10.244.0.0/24\", \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"kubernetes\": \"9.9\", \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"through\": \"the-moon\"}",
                "{\"nmae\": \"demo\", \"through\": \"etcd\"}",
                "{\"name\": \"demo\", \"provider\": \"vmware\", \"through\": \"etcd\"}",
                "{",
                ""
            })
    void a_bad_request_makes_nothing(String body) throws Exception {
        var answer = installation.gateway().post("/v1/clusters", body);

        assertEquals(400, answer.status(), answer.body());
        assertEquals("INVALID", answer.json().get("code").getAsString());
        assertEquals(List.of(), installation.gateway().clusters());
    }

    @Test
    void a_body_that_is_too_large_makes_nothing() throws Exception {
        var answer = installation.gateway().post("/v1/clusters", "{\"name\": \"" + "a".repeat(1_100_000) + "\"}");

        answer.expect(413);
        assertEquals(List.of(), installation.gateway().clusters());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up Demo! --through etcd",
                "up demo --controllers 2 --through etcd",
                "up demo --nodes many --through etcd",
                "up demo --kubernetes 9.9 --through etcd",
                "up demo --subnet 10.244.0.0/24 --through etcd",
                "up demo --colour blue",
                "upp demo"
            })
    void a_bad_sentence_in_slack_makes_nothing(String text) throws Exception {
        var slack = installation.slack();
        int seen = slack.shown().size();

        var answer = slack.command(text).send(URI.create(installation.slackCommands()));

        assertEquals(200, answer.statusCode());
        assertTrue(!answer.body().isBlank()
                || slack.await(Duration.ofSeconds(20), shown -> slack.shown().indexOf(shown) >= seen)
                                .text()
                                .length()
                        > 0);
        assertEquals(List.of(), installation.gateway().clusters());
    }

    @Test
    void without_a_token_nobody_comes_in() throws Exception {
        var stranger = new Api(installation.gateway().url(), "0123456789abcdef0123456789abcdef");

        stranger.get("/v1/clusters").expect(401);
        stranger.post("/v1/clusters", "{\"name\": \"demo\", \"through\": \"etcd\"}")
                .expect(401);
        new Api(installation.vms().url(), "0123456789abcdef0123456789abcdef")
                .get("/v1/providers")
                .expect(401);
        new Api(installation.pki().url(), "0123456789abcdef0123456789abcdef")
                .get("/v1/authorities")
                .expect(401);
    }
}

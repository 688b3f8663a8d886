package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/** The REST interface at its edges. Nothing that is refused leaves anything behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterControllerTest {

    private final Installation installation = Installation.start();

    @AfterAll
    void end() {
        installation.close();
    }

    @AfterEach
    void nothing_was_made() {
        installation.assertNothingMade();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/clusters",
        "GET, /v1/clusters/demo",
        "GET, /v1/clusters/demo/events",
        "GET, /v1/clusters/demo/machines/node-1/enter",
        "GET, /v1/operations/x",
        "GET, /v1/operations/x/events",
        "GET, /v1/operations/x/progress",
        "POST, /v1/clusters",
        "DELETE, /v1/clusters/demo",
        "GET, /v1/nothing",
        "PATCH, /v1/clusters/demo"
    })
    void nothing_is_told_to_who_has_no_token(String method, String path) {
        var stranger = installation.rest().withoutToken();
        stranger.send(method, path).assertProblem(401, "UNAUTHENTICATED");
        for (var header :
                List.of("Bearer", "Bearer ", "Bearer x", "Basic YWRtaW46YWRtaW4=", "Bearer " + "x".repeat(600))) {
            stranger.with("Authorization", header).send(method, path).assertProblem(401, "UNAUTHENTICATED");
        }
        installation
                .rest()
                .withToken(installation.token("admin") + "x")
                .send(method, path)
                .assertProblem(401, "UNAUTHENTICATED");
    }

    @Test
    void a_viewer_may_look_and_not_touch() {
        installation
                .bean(dev.clusterbox.storage.Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO api_tokens (name, token_hash, role, acts_for_others) VALUES (?, ?, ?, 0)",
                        "dashboard",
                        dev.clusterbox.storage.Secrets.hash("a-token-of-a-dashboard"),
                        "VIEWER"));
        var viewer = installation.rest().withToken("a-token-of-a-dashboard");

        assertEquals(200, viewer.get("/v1/clusters").status());
        viewer.up("name: demo").assertProblem(403, "FORBIDDEN");
        viewer.post("/v1/clusters?dryRun=true", "application/yaml", "name: demo")
                .assertProblem(403, "FORBIDDEN");
        viewer.delete("/v1/clusters/demo").assertProblem(403, "FORBIDDEN");
    }

    @Test
    void what_is_not_there_is_not_found() {
        var rest = installation.rest();
        for (var path : List.of(
                "/v1/clusters/demo",
                "/v1/clusters/demo/machines/node-1/enter",
                "/v1/operations/x",
                "/v1/nothing",
                "/v2/clusters",
                "/v1/clusters/..%2f..%2fetc",
                "/",
                "/openapi/../application.yml",
                "/openapi/..%2f..%2fapplication.yml",
                "/env",
                "/beans",
                "/loggers")) {
            rest.get(path).assertProblem(404, "NOT_FOUND");
        }
        rest.delete("/v1/clusters/demo").assertProblem(404, "NOT_FOUND");
        assertEquals(405, rest.send("PATCH", "/v1/clusters").status());
    }

    @Test
    void health_is_told_to_everybody() {
        var answer = installation.rest().withoutToken().get("/health");

        assertEquals(200, answer.status());
        assertEquals("{status=UP}", answer.json().toString(), "and nothing else");
        assertEquals(
                200, installation.rest().withoutToken().get("/health/liveness").status());
        assertEquals(
                200, installation.rest().withoutToken().get("/health/readiness").status());
    }

    @Test
    void the_openapi_document_says_what_is_sent_and_what_comes_back() {
        var answer = installation.rest().withoutToken().get("/openapi/clusterbox-gateway-v1.yml");
        assertEquals(200, answer.status());
        Object document = new Yaml().load(answer.body());

        assertEquals(
                List.of(
                        "/v1/clusters",
                        "/v1/clusters/{name}",
                        "/v1/clusters/{name}/credentials",
                        "/v1/clusters/{name}/events",
                        "/v1/clusters/{name}/kubeconfig",
                        "/v1/clusters/{name}/machines/{hostName}/enter",
                        "/v1/clusters/{name}/machines/{hostName}/replace",
                        "/v1/clusters/{name}/smoke-test",
                        "/v1/clusters/{name}/start",
                        "/v1/clusters/{name}/stop",
                        "/v1/operations/{id}",
                        "/v1/operations/{id}/events",
                        "/v1/operations/{id}/progress",
                        "/v1/releases/{line}/artifacts"),
                ((Map<?, ?>) at(document, "paths"))
                        .keySet().stream().map(String::valueOf).sorted().toList());
        for (var type : List.of("application/json", "application/yaml")) {
            assertEquals(
                    "#/components/schemas/ClusterRequest",
                    at(document, "paths", "/v1/clusters", "post", "requestBody", "content", type, "schema", "$ref"));
        }
        assertEquals(
                "#/components/schemas/Operation",
                at(
                        document,
                        "paths",
                        "/v1/clusters",
                        "post",
                        "responses",
                        "202",
                        "content",
                        "application/json",
                        "schema",
                        "$ref"));
        assertEquals(
                "integer",
                at(document, "components", "schemas", "ClusterRequest", "properties", "controllers", "type"));
        assertEquals("bearer", at(document, "components", "securitySchemes", "token", "scheme"));
    }

    private static Object at(Object document, String... path) {
        var here = document;
        for (var key : path) {
            here = here instanceof Map<?, ?> map ? Objects.requireNonNullElse(map.get(key), "no " + key) : "no map";
        }
        return here;
    }

    @Test
    void a_terminal_gets_text() {
        var terminal = installation.rest().with("Accept", "text/plain");
        var plan = terminal.post(
                "/v1/clusters?dryRun=true",
                "application/yaml",
                "{name: demo, nodes: 1, controllers: 1, through: etcd}");
        assertEquals(200, plan.status());
        assertEquals("""
                demo: Kubernetes 1.36 on nspawn in 192.168.56.0/24, pods 10.244.0.0/16, services 10.32.0.0/24
                  haproxy          load-balancer  192.168.56.10    1 CPUs, 512 MiB
                  controller-1     controller     192.168.56.11    2 CPUs, 2048 MiB
                  node-1           node           192.168.56.21    2 CPUs, 2048 MiB
                """, plan.body());
        assertEquals(
                "no clusters; './clusterbox up' makes one\n",
                terminal.get("/v1/clusters").body());
        var missing = terminal.get("/v1/clusters/demo");
        assertEquals("text/plain", missing.header("Content-Type").split(";", -1)[0]);
        assertEquals("there is no cluster 'demo'\n'./clusterbox list' shows which there are\n", missing.body());

        var started = terminal.post(
                "/v1/clusters",
                "application/json",
                "{\"name\": \"demo\", \"nodes\": 0, \"controllers\": 1, \"subnet\": \"127.0.64.0/24\","
                        + " \"through\": \"agents\"}");
        assertEquals(202, started.status());
        assertTrue(started.body().matches("[0-9a-f-]{36}\n"), started.body());
        installation.rest().awaitEnd(started.body().strip());
        assertEquals("""
                demo: up through agents, Kubernetes 1.36 on nspawn, 127.0.64.0/24
                  haproxy          load-balancer  127.0.64.10      running   agent connected
                  controller-1     controller     127.0.64.11      running   agent connected
                HAProxy's statistics: http://127.0.64.10:9000/
                """, terminal.get("/v1/clusters/demo").body());
        assertTrue(terminal.get("/v1/clusters").body().contains("up through agents"));
        assertEquals(
                "nsenter\n--target\n1\n",
                terminal.get("/v1/clusters/demo/machines/haproxy/enter").body());
        assertEquals(
                404, terminal.get("/v1/clusters/demo/machines/node-1/enter").status());
        installation.vm.away();
        assertTrue(
                terminal.get("/v1/clusters/demo").body().contains("unknown   agent connected"), "vm-service is away");
        installation.vm.back();

        var gone = terminal.delete("/v1/clusters/demo").body().strip();
        assertTrue(installation.rest().awaitEnd(gone).startsWith("operation-succeeded"));
    }

    @Test
    void a_program_gets_the_plan_as_the_cluster_it_would_be() {
        var plan = installation
                .rest()
                .post("/v1/clusters?dryRun=true", "application/json", "{\"nodes\": 0, \"through\": \"etcd\"}");

        assertEquals(200, plan.status());
        assertEquals("{kind=REQUESTED}", plan.text("state"));
        assertEquals("192.168.56.0/24", plan.text("subnet"));
        assertEquals(4, plan.body().split("\"hostName\"", -1).length - 1, plan.body());
    }

    @Test
    void the_slack_bot_acts_for_people_and_nobody_else_may() {
        var up = "{name: demo, nodes: 0, controllers: 1, subnet: 127.0.64.0/24, through: check-host}";
        var bot = installation.rest().withToken(installation.token("slack-bot")).with("Clusterbox-Actor", "slack:ada");
        var byBot = bot.up(up);
        assertEquals("slack:ada", byBot.text("by"));
        installation.rest().awaitEnd(byBot.text("id"));
        var byAdmin = installation.rest().with("Clusterbox-Actor", "slack:ada").up(up);
        assertEquals("admin", byAdmin.text("by"));
        installation.rest().awaitEnd(byAdmin.text("id"));
        var forged = installation
                .rest()
                .withToken(installation.token("slack-bot"))
                .with("Clusterbox-Actor", "x' OR 1=1; --")
                .delete("/v1/clusters/demo");
        assertEquals("slack-bot", forged.text("by"));
        installation.rest().awaitEnd(forged.text("id"));
    }
}

package dev.clusterbox.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edge that all services have: who comes in, and what they are told when something is wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EdgeTest {

    private final EmbeddedServer server = ApplicationContext.run(
            EmbeddedServer.class,
            Map.of(
                    "micronaut.server.port",
                    -1,
                    "micronaut.application.name",
                    "things",
                    "micronaut.server.max-request-size",
                    1000,
                    "micronaut.serde.deserialization.ignore-unknown",
                    false));
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterAll
    void end() {
        server.close();
        http.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(server.getURI().resolve(path));
    }

    private HttpRequest.Builder as(String token, String path) {
        return anonymous(path).header("Authorization", "Bearer " + token);
    }

    private HttpRequest.Builder post(String token, String json) {
        return as(token, "/v1/things")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json));
    }

    private static void assertProblem(int status, String code, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer.body());
        assertEquals(List.of("application/problem+json"), answer.headers().allValues("Content-Type"), answer.body());
        assertTrue(answer.body().contains("\"code\":\"" + code + "\""), answer.body());
        assertTrue(answer.body().contains("\"status\":" + status), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer short",
                "Bearer the-token-of-nobody",
                "Basic dXNlcjpwYXNzd29yZA==",
                "Bearer the-token-of-a-viewer, Bearer the-token-of-an-admin",
                "Bearer the-token-of-a-viewer ",
                "Bearer  the-token-of-a-viewer",
                "Bearer \"the-token-of-a-viewer\""
            })
    void without_a_valid_token_nothing_is_told(String header) {
        for (var path : List.of("/v1/things", "/v1/things/bug", "/v1/nothing")) {
            var request = anonymous(path);
            if (!header.isEmpty()) {
                // The client takes spaces at the end away.
                request.header("Authorization", header.endsWith(" ") ? header + "x" : header);
            }
            assertProblem(401, "UNAUTHENTICATED", send(request));
        }
    }

    @Test
    void the_word_bearer_may_be_written_as_one_likes() {
        var answer = send(anonymous("/v1/things").header("Authorization", "bearer " + TestAccess.VIEWER));
        assertEquals("other VIEWER", answer.body());
    }

    @Test
    void reading_wants_a_viewer_and_changing_an_operator() {
        assertEquals(200, send(as(TestAccess.VIEWER, "/v1/things")).statusCode());
        assertProblem(403, "FORBIDDEN", send(post(TestAccess.VIEWER, "{\"name\":\"a\",\"size\":1}")));
        assertEquals(
                "{\"name\":\"a\",\"size\":1}",
                send(post(TestAccess.OPERATOR, "{\"name\":\"a\",\"size\":1}")).body());
        assertEquals(
                200, send(post(TestAccess.ADMIN, "{\"name\":\"a\",\"size\":1}")).statusCode());
        for (var method : List.of("DELETE", "PUT", "PATCH", "TRACE")) {
            assertProblem(
                    403,
                    "FORBIDDEN",
                    send(as(TestAccess.VIEWER, "/v1/things").method(method, BodyPublishers.noBody())));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "slack:ada, slack:ada OPERATOR",
        "'Ada L.', 'Ada L. OPERATOR'",
        "a;b, operator OPERATOR",
        "'<b>ada</b>', operator OPERATOR"
    })
    void the_person_behind_a_program_is_named_in_plain_words_or_not_at_all(String actor, String expected) {
        assertEquals(
                expected,
                send(as(TestAccess.OPERATOR, "/v1/things").header("Clusterbox-Actor", actor))
                        .body());
        assertEquals(
                "other ADMIN",
                send(as(TestAccess.ADMIN, "/v1/things").header("Clusterbox-Actor", actor))
                        .body(),
                "whose token may not say so");
        assertEquals(
                "operator OPERATOR",
                send(as(TestAccess.OPERATOR, "/v1/things").header("Clusterbox-Actor", actor + "x".repeat(100)))
                        .body());
    }

    @ParameterizedTest
    @EnumSource
    void a_problem_is_told_as_rfc_9457_has_it(Problem.Code code) {
        var answer = send(as(TestAccess.VIEWER, "/v1/things/problem/" + code));

        assertProblem(code.status(), code.name(), answer);
        assertTrue(answer.body().contains("\"type\":\"" + code.type() + "\""), answer.body());
        assertTrue(answer.body().contains("\"detail\":\"it is so\""), answer.body());
        assertTrue(answer.body().contains("\"hint\":\"do this\""), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/tab-separated-values", "text/plain, application/json;q=0.5"})
    void a_terminal_gets_message_and_hint(String accept) {
        var answer = send(as(TestAccess.VIEWER, "/v1/things/problem/CONFLICT").header("Accept", accept));

        assertEquals(409, answer.statusCode());
        assertEquals("it is so\ndo this\n", answer.body());
    }

    @Test
    void a_token_with_a_limit_is_told_when_to_come_again() throws Exception {
        for (int i = 0; i < TestAccess.LIMIT; i++) {
            assertEquals(200, send(as(TestAccess.LIMITED, "/v1/things")).statusCode());
        }
        var refused = send(as(TestAccess.LIMITED, "/v1/things"));

        assertProblem(429, "TOO_MANY", refused);
        int seconds =
                Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow());
        assertTrue(seconds >= 1 && seconds <= 60 / TestAccess.LIMIT, () -> "Retry-After: " + seconds);
        assertEquals(200, send(as(TestAccess.VIEWER, "/v1/things")).statusCode());
    }

    @Test
    void a_bug_shows_its_number_and_nothing_else() {
        var answer = send(as(TestAccess.VIEWER, "/v1/things/bug"));

        assertProblem(500, "FAILED", answer);
        assertFalse(answer.body().contains("secret"), answer.body());
        assertTrue(
                answer.body().matches(".*\"detail\":\"internal error [0-9a-f]{8}\".*in the log of things\".*"),
                answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "\"x\"",
                "",
                "{\"name\":\"a\",\"size\":1,\"more\":2}",
                "{\"name\":\"a\",\"size\":\"x\"}"
            })
    void what_cannot_be_read_is_refused_with_the_reason(String json) {
        assertProblem(400, "INVALID", send(post(TestAccess.OPERATOR, json)));
    }

    @Test
    void what_the_server_itself_refuses_looks_the_same() {
        assertProblem(404, "NOT_FOUND", send(as(TestAccess.VIEWER, "/v1/nothing")));
        assertProblem(404, "NOT_FOUND", send(anonymous("/nothing")));
        assertProblem(413, "TOO_LARGE", send(post(TestAccess.OPERATOR, "{\"name\":\"" + "x".repeat(2000) + "\"}")));
        assertProblem(405, "INVALID", send(as(TestAccess.OPERATOR, "/v1/things").DELETE()));
        assertProblem(
                415,
                "INVALID",
                send(as(TestAccess.OPERATOR, "/v1/things")
                        .header("Content-Type", "text/csv")
                        .POST(BodyPublishers.ofString("a,1"))));
        var notAllowed = send(as(TestAccess.OPERATOR, "/v1/things").DELETE());
        assertTrue(notAllowed.headers().firstValue("Allow").isPresent(), "" + notAllowed.headers());
    }
}

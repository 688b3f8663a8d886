package dev.clusterbox.pki.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.Requests;
import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Answer;
import dev.clusterbox.pki.RunningPki.Client;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.store.Database;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a script with a token of its own may do, and what not. */
final class TokensTest {

    private static final String SCOPED = """
            {"name":"lab","role":"operator","authorities":["lab.*"],"profiles":["kubelet-*"],
             "names":["system:node:node-*","node-*","192.168.56.*"]}""";

    @TempDir
    Path state;

    private RunningPki pki;
    private Client owner;

    @BeforeEach
    void start() throws Exception {
        pki = RunningPki.on(state);
        owner = pki.client();
        assertEquals(201, owner.put("/v1/authorities/lab.kubernetes").status());
        assertEquals(201, owner.put("/v1/authorities/other.kubernetes").status());
    }

    @AfterEach
    void stop() {
        pki.close();
    }

    @Test
    void it_issues_what_is_in_its_scope_and_nothing_else() throws Exception {
        var lab = with(token(SCOPED));

        assertEquals(
                201,
                issue(lab, "lab.kubernetes", "kubelet-server", "node-1", "ip:192.168.56.11")
                        .status());
        refused(issue(lab, "other.kubernetes", "kubelet-server", "node-1", "ip:192.168.56.11"), "authorities");
        refused(issue(lab, "lab.kubernetes", "api-client", "node-1"), "profiles");
        refused(issue(lab, "lab.kubernetes", "kubelet-server", "other-1", "ip:192.168.56.11"), "names");
        refused(issue(lab, "lab.kubernetes", "kubelet-server", "node-1", "ip:192.168.57.11"), "names");
        refused(issue(lab, "lab.kubernetes", "kubelet-server", "node-1", "dns:evil.example"), "names");
        // A refusal is in the log like any other.
        assertTrue(owner.get("/v1/audit?event=REFUSED&by=lab").body().contains("the scope of profiles"));
    }

    @Test
    void what_its_role_may_not_have_is_refused_whatever_its_scope() throws Exception {
        var operator = with(token("{\"name\":\"o\",\"role\":\"operator\"}"));
        var admin = new Wish("lab.kubernetes", "admin", "CN=eve,O=system:masters", List.of());

        refused(operator.issue(admin, Requests.CSR), "profile-role");
        assertEquals(201, owner.issue(admin, Requests.CSR).status());
    }

    @Test
    void it_reads_and_revokes_in_its_scope_only() throws Exception {
        var lab = with(token(SCOPED));
        var mine = issue(owner, "lab.kubernetes", "kubelet-server", "node-1", "ip:192.168.56.11")
                .field("serial");
        var client = issue(owner, "lab.kubernetes", "api-client", "node-1").field("serial");
        var other = issue(owner, "other.kubernetes", "kubelet-server", "node-1", "ip:192.168.56.11")
                .field("serial");

        assertEquals(
                200,
                lab.get("/v1/authorities/lab.kubernetes/certificates/" + mine).status());
        refused(lab.get("/v1/authorities/other.kubernetes/certificates/" + other), "authorities");
        assertEquals(200, lab.get("/v1/certificates?authority=lab.kubernetes").status());
        refused(lab.get("/v1/certificates?authority=other.kubernetes"), "authorities");
        refused(lab.get("/v1/certificates"), "authorities");
        assertEquals(200, revoke(lab, "lab.kubernetes", mine).status());
        refused(revoke(lab, "lab.kubernetes", client), "profiles");
        refused(revoke(lab, "other.kubernetes", other), "authorities");
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "viewer"})
    void authorities_tokens_and_the_audit_log_are_for_administrators(String role) throws Exception {
        var script = with(token("{\"name\":\"s\",\"role\":\"%s\"}".formatted(role)));

        assertEquals(200, script.get("/v1/authorities").status());
        assertEquals(403, script.put("/v1/authorities/new.etcd").status());
        assertEquals(403, script.delete("/v1/authorities/lab.kubernetes").status());
        assertEquals(403, script.get("/v1/tokens").status());
        assertEquals(403, script.get("/v1/audit").status());
        assertEquals(403, script.get("/v1/audit/head").status());
        assertEquals(403, script.get("/v1/audit/export").status());
        assertEquals(
                403,
                script.postJson("/v1/tokens", "{\"name\":\"x\",\"role\":\"admin\"}")
                        .status());
        assertEquals(200, owner.get("/v1/authorities/lab.kubernetes").status());
    }

    @Test
    void an_administrator_of_some_authorities_makes_and_deletes_those() throws Exception {
        var admin = with(token("{\"name\":\"a\",\"role\":\"admin\",\"authorities\":[\"lab.*\"]}"));

        assertEquals(201, admin.put("/v1/authorities/lab.etcd").status());
        assertEquals(204, admin.delete("/v1/authorities/lab.etcd").status());
        refused(admin.put("/v1/authorities/other.etcd"), "authorities");
        refused(admin.postJson("/v1/tokens", "{\"name\":\"x\",\"role\":\"admin\"}"), "scope");
    }

    @Test
    void it_cannot_speak_for_somebody_else() throws Exception {
        var script = with(token("{\"name\":\"a\",\"role\":\"admin\"}"));
        script.send(script.request("/v1/authorities/new.etcd")
                .header("Clusterbox-Actor", "root")
                .PUT(BodyPublishers.noBody()));

        assertTrue(owner.get("/v1/audit?by=a").body().contains("new.etcd"));
    }

    @Test
    void it_is_worth_nothing_once_deleted_or_expired() throws Exception {
        var token = token("{\"name\":\"s\",\"role\":\"viewer\",\"expiresAt\":\"2999-01-01T00:00:00Z\"}");
        assertEquals(200, with(token).get("/v1/authorities").status());
        pki.bean(Database.class).write(connection -> {
            try (var update = connection.prepareStatement("UPDATE token SET expires_at = '2020-01-01T00:00:00Z'")) {
                return update.executeUpdate();
            }
        });
        assertEquals(401, with(token).get("/v1/authorities").status());

        var second = token("{\"name\":\"t\",\"role\":\"viewer\"}");
        assertEquals(204, owner.delete("/v1/tokens/t").status());
        assertEquals(204, owner.delete("/v1/tokens/t").status());
        assertEquals(401, with(second).get("/v1/authorities").status());
    }

    @Test
    void too_many_requests_are_told_when_to_come_again() throws Exception {
        var token = token("{\"name\":\"s\",\"role\":\"viewer\",\"requestsPerMinute\":3}");
        for (int i = 0; i < 3; i++) {
            assertEquals(200, with(token).get("/v1/authorities").status());
        }
        assertEquals(429, with(token).get("/v1/authorities").status());
        assertEquals(200, owner.get("/v1/authorities").status());
    }

    @Test
    void the_token_itself_is_kept_nowhere() throws Exception {
        var token = token(SCOPED);
        var list = owner.get("/v1/tokens");

        assertTrue(list.body().contains("\"name\":\"lab\""), list::body);
        assertFalse(list.body().contains(token));
        assertFalse(owner.get("/v1/audit").body().contains(token));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"gateway\",\"role\":\"admin\"}",
                "{\"name\":\"A b\",\"role\":\"admin\"}",
                "{\"name\":\"a\",\"role\":\"root\"}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"requestsPerMinute\":0}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"names\":[\"a b\"]}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"names\":[\"a\\nb\"]}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"profiles\":[\"\"]}",
                "{\"name\":\"a\",\"role\":\"viewer\",\"scope\":\"all\"}",
            })
    void what_makes_no_sense_is_refused(String token) throws Exception {
        assertEquals(400, owner.postJson("/v1/tokens", token).status());
    }

    @Test
    void a_name_is_taken_once() throws Exception {
        token(SCOPED);
        assertEquals(409, owner.postJson("/v1/tokens", SCOPED).status());
    }

    private String token(String wanted) throws Exception {
        var made = owner.postJson("/v1/tokens", wanted);
        assertEquals(201, made.status(), made::body);
        return made.field("token");
    }

    private Client with(String token) {
        return owner.with(token);
    }

    private static Answer issue(Client client, String authority, String profile, String name, String... names)
            throws Exception {
        var wish = profile.equals("api-client")
                ? new Wish(authority, profile, "CN=" + name, List.of())
                : new Wish(authority, profile, "CN=system:node:%s,O=system:nodes".formatted(name), names(name, names));
        return client.issue(wish, Requests.CSR);
    }

    private static List<String> names(String name, String... names) {
        return Stream.concat(Stream.of("dns:" + name), List.of(names).stream()).toList();
    }

    private static Answer revoke(Client client, String authority, String serial) throws Exception {
        return client.postJson(
                "/v1/authorities/%s/certificates/%s/revoke".formatted(authority, serial),
                "{\"reason\":\"superseded\"}");
    }

    private static void refused(Answer answer, String why) {
        assertEquals(403, answer.status(), answer::body);
        assertTrue(answer.body().contains(why), answer::body);
    }
}

package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad requests over HTTP: each is refused with what was expected, and leaves nothing behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadRequestsTest {

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
    @ValueSource(
            strings = {
                "name: ''",
                "name: Demo",
                "name: demo-",
                "name: a234567890123456789012345678901",
                "name: '../../etc'",
                "name: \"demo\\n\"",
                "controllers: 0",
                "controllers: 2",
                "controllers: 9",
                "nodes: -1",
                "nodes: 201",
                "nodes: many",
                "node: {cpus: 0}",
                "node: {memoryMiB: 64}",
                "node: {disk: 1}",
                "node: 3",
                "subnet: 192.168.56.0/16",
                "subnet: 192.168.56.1/24",
                "subnet: nonsense",
                "subnet: 10.244.3.0/24",
                "podCidr: 10.244.0.0/30",
                "serviceCidr: 10.244.5.0/24",
                "kubernetes: '1.9'",
                "kubernetes: ../1.36",
                "through: nowhere",
                "addons: traefik",
                "addons: [traefik]",
                "addons: [{name: traefik}]",
                "addons: [{name: ../traefik, manifest: 'kind: List'}]",
                "addons: [{name: traefik, manifest: 'kind: List', namespace: x}]",
                "provider: docker",
                "provider: virtualbox-",
                "provider: virtualbox/../nspawn",
                "sshPublicKey: anna",
                "sshPublicKey: [ssh-ed25519]",
                "sshPublicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZ",
                "sshPublicKey: 'command=\"id\" ssh-ed25519"
                        + " AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn'",
                "sshPublicKey: \"ssh-ed25519"
                        + " AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn\\nssh-rsa AAAA\"",
                "nam: demo",
                "- demo",
                "name: a\nname: b",
                "a: &a [x]\nb: *a",
                "!!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1/\"]]",
                "name: [unclosed"
            })
    void a_bad_request_is_refused_and_nothing_made(String yaml) {
        installation.rest().up(yaml).assertProblem(400, "INVALID");
        installation
                .rest()
                .post("/v1/clusters?dryRun=true", "application/yaml", yaml)
                .assertProblem(400, "INVALID");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"nam\": \"demo\"}|unknown field 'nam' (expected: addons, controller, controllers,",
                "{\"nodes\": \"many\"}|nodes: 'many' (expected: a whole number)",
                "{\"nodes\": 1.5}|nodes: '1.5' (expected: a whole number)",
                "[1]|expected: an object",
                "{|request: ",
                "null|expected: an object"
            })
    void bad_json_is_refused_with_what_was_expected(String json, String expected) {
        var answer = installation.rest().post("/v1/clusters", "application/json", json);

        answer.assertProblem(400, "INVALID");
        assertTrue(answer.text("detail").contains(expected), answer.body());
    }

    @Test
    void other_content_is_not_read() {
        assertEquals(
                415,
                installation
                        .rest()
                        .post("/v1/clusters", "text/plain", "name: demo")
                        .status());
        assertEquals(
                415,
                installation
                        .rest()
                        .post("/v1/clusters", "application/x-www-form-urlencoded", "name=demo")
                        .status());
        installation.rest().post("/v1/clusters", "application/json", "").assertProblem(400, "INVALID");
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        var answer = installation.rest().post("/v1/clusters", "application/yaml", "# " + "x".repeat(1_100_000));

        answer.assertProblem(413, "TOO_LARGE");
    }

    @Test
    void keys_of_no_use_are_refused() {
        var rest = installation.rest();
        rest.with("Idempotency-Key", "x".repeat(101)).up("name: demo").assertProblem(400, "INVALID");
        rest.with("Idempotency-Key", "a b").up("name: demo").assertProblem(400, "INVALID");
    }
}

package dev.clusterbox.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bundles over REST: who may, and what is said. What is in them is {@code BundlesTest}'s. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BundleControllerTest {

    private final Installation installation = Installation.start();

    @TempDir
    Path temporary;

    @AfterAll
    void end() {
        installation.close();
    }

    @AfterEach
    void nothing_was_made() {
        installation.assertNothingMade();
    }

    @Test
    void a_bundle_is_packed_taken_in_and_listed() throws IOException {
        var rest = installation.rest();
        assertEquals(
                "no bundle was imported\n",
                rest.with("Accept", "text/plain").get("/v1/bundles").body());
        // Nobody can be asked here: what the distribution has a package for is left to it.
        var packed = rest.post("/v1/bundles", "application/yaml", "through: etcd");
        assertEquals(200, packed.status(), packed.body());
        assertEquals("application/x-tar", packed.header("Content-Type"));
        var file = Files.writeString(temporary.resolve("it's a \"bundle\""), packed.body());

        var taken = rest.with("Accept", "text/plain")
                .send(
                        "PUT",
                        "/v1/bundles",
                        "application/json",
                        "{\"path\": \"%s\"}".formatted(file.toString().replace("\"", "\\\"")));

        assertEquals(200, taken.status(), taken.body());
        assertTrue(taken.body().startsWith("Kubernetes 1.36 for "), taken.body());
        assertEquals(
                taken.body(),
                rest.with("Accept", "text/plain").get("/v1/bundles").body());
    }

    @Test
    void what_cannot_be_had_is_named_and_nothing_is_packed() {
        var refused = installation.rest().post("/v1/bundles", "application/yaml", "{}");

        refused.assertProblem(503, "UNAVAILABLE");
        assertTrue(refused.text("detail").contains("kubelet"), refused.body());
        installation.rest().post("/v1/bundles", "application/yaml", "through: nowhere").assertProblem(400, "INVALID");
        installation
                .rest()
                .post("/v1/bundles", "application/yaml", "kubernetes: v1.10")
                .assertProblem(400, "INVALID");
    }

    @Test
    void only_administrators_take_bundles_in() {
        var operator = installation.rest().withToken(installation.token("slack-bot"));

        operator.send("PUT", "/v1/bundles", "application/json", "{\"path\": \"/etc/shadow\"}")
                .assertProblem(403, "FORBIDDEN");
        var rest = installation.rest();
        rest.send("PUT", "/v1/bundles", "application/json", "{\"path\": \"/etc/passwd\"}")
                .assertProblem(400, "INVALID");
        rest.send("PUT", "/v1/bundles", "application/json", "{\"path\": \"\\u0000\"}")
                .assertProblem(400, "INVALID");
        rest.send("PUT", "/v1/bundles", "application/json", "{}").assertProblem(400, "INVALID");
    }
}

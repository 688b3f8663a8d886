package dev.clusterbox.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Endpoint;
import dev.clusterbox.fixture.Certificates;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.storage.Database;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates for people, over REST. Nobody listens at the cluster's API, and nobody needs to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CredentialsTest {

    private static final String PATH = "/v1/clusters/demo/credentials";

    private final Installation installation = Installation.start();

    @BeforeAll
    void cluster() throws InterruptedException {
        var demo = Clusters.tutorial();
        var authority = installation.bean(PkiClient.class).authority(demo.authority("kubernetes"));
        add("demo", demo.with(Map.of("kubernetes", authority.certificate())).servedAt("https://127.0.0.1:1"));
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private void add(String name, Cluster cluster) {
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                        name,
                        name + "-1",
                        t.write(cluster),
                        cluster.createdAt().toString()));
    }

    private static String csr() {
        return "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
                .formatted(Base64.getMimeEncoder().encodeToString(Certificates.csr(Certificates.newKeys())));
    }

    private static Rest.Answer ask(Rest rest, String query) {
        return rest.post(PATH + query, "application/x-pem-file", csr());
    }

    private Rest slackBot() {
        return installation.rest().withToken(installation.token("slack-bot"));
    }

    @Test
    void a_caller_is_certified_under_its_own_name() {
        var answer = ask(installation.rest(), "");

        assertEquals(201, answer.status(), answer.body());
        assertEquals("admin", answer.text("user"));
        assertEquals("https://127.0.0.1:1", answer.text("server"));
        var issued = installation.pki.issued().getLast();
        assertEquals("user", issued.profile());
        assertEquals("CN=admin,O=clusterbox:admins", issued.subject());
        assertFalse(answer.body().contains("PRIVATE KEY"));
    }

    @Test
    void a_terminal_gets_lines() {
        var lines = ask(installation.rest().with("Accept", "text/plain"), "?user=ada")
                .body()
                .lines()
                .toList();

        assertEquals("https://127.0.0.1:1", lines.getFirst());
        assertTrue(lines.get(1).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z"), lines.get(1));
        assertEquals("-----BEGIN CERTIFICATE-----", lines.get(2));
        assertEquals(
                2, lines.stream().filter("-----BEGIN CERTIFICATE-----"::equals).count());
    }

    @Test
    void a_program_that_acts_for_somebody_certifies_nobody_else() {
        var ada = slackBot().with("Clusterbox-Actor", "slack:ada");

        assertEquals("slack:ada", ask(ada, "").text("user"));
        assertEquals(201, ask(ada, "?user=slack:ada").status());
        assertEquals(403, ask(ada, "?user=grace").status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "system:admin",
                "SYSTEM:admin",
                "system:node:node-1",
                "clusterbox:signer",
                "clusterbox:gateway",
                "flannel",
                "kube-apiserver-kubelet-client",
                "ada,O=system:masters",
                "ada+O=system:masters",
                "ada\nO=system:masters",
                "ada\"",
                "#0403",
                "",
                " "
            })
    void nobody_is_certified_as_a_part_of_the_system(String user) {
        var before = certifiedUsers();
        var answer = ask(installation.rest(), "?user=" + URLEncoder.encode(user, StandardCharsets.UTF_8));

        assertEquals(400, answer.status(), answer.body());
        assertEquals(before, certifiedUsers());
    }

    /** The gateway itself may be certified meanwhile, to look for what it has to sign. */
    private long certifiedUsers() {
        return installation.pki.issued().stream()
                .filter(issued -> issued.profile().equals("user"))
                .count();
    }

    @Test
    void a_kubeconfig_has_a_key_of_its_own() {
        var answer = installation.rest().get("/v1/clusters/demo/kubeconfig");

        assertEquals(200, answer.status(), answer.body());
        assertEquals("application/yaml", answer.header("Content-Type"));
        assertEquals("no-store", answer.header("Cache-Control"));
        var key = answer.body()
                .lines()
                .filter(line -> line.contains("client-key-data: "))
                .map(line -> line.substring(line.indexOf(": ") + 2))
                .findFirst()
                .orElseThrow();
        assertTrue(new String(Base64.getDecoder().decode(key), StandardCharsets.US_ASCII)
                .startsWith("-----BEGIN PRIVATE KEY-----"));
    }

    @Test
    void people_are_sent_to_where_the_api_is_reached_from_elsewhere() {
        var demo = Clusters.tutorial();
        add(
                "reached",
                demo.servedAt("https://127.0.0.1:1").exposedAt(Optional.of(Endpoint.parse("kubernetes.example:6443"))));

        var answer = installation.rest().get("/v1/clusters/reached/kubeconfig");
        assertTrue(answer.body().contains("server: https://kubernetes.example:6443"), answer.body());
    }

    @Test
    void nobody_without_a_token_gets_a_kubeconfig() {
        assertEquals(
                401,
                installation
                        .rest()
                        .withoutToken()
                        .get("/v1/clusters/demo/kubeconfig")
                        .status());
    }

    @Test
    void a_cluster_without_a_control_plane_has_no_users() {
        assertEquals(
                404, installation.rest().get("/v1/clusters/none/kubeconfig").status());
    }

    @Test
    void what_is_no_request_is_refused() {
        var huge = "x".repeat(20_000);
        assertEquals(400, installation.rest().post(PATH, "text/plain", huge).status());
        assertEquals(400, installation.rest().post(PATH, "text/plain", "").status());
    }

    @Test
    void the_status_says_that_the_api_does_not_answer() {
        var status = installation.rest().with("Accept", "text/plain").get("/v1/clusters/demo");

        assertEquals(200, status.status());
        assertTrue(status.body().contains("the API does not answer"), status.body());
    }
}

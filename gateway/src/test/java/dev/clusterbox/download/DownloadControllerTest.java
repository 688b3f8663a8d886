package dev.clusterbox.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.Rest;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.storage.Database;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that work once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DownloadControllerTest {

    private static final String LINKS = "/v1/clusters/demo/kubeconfig-links";

    private final Installation installation =
            Installation.start(Map.of("clusterbox.public-url", "https://lab.example/clusterbox"));
    private final Rest ada = installation
            .rest()
            .withToken(installation.token("slack-bot"))
            .with("Clusterbox-Actor", "slack:U0ADA ada");
    private final Rest stranger = installation.rest().withoutToken();

    @BeforeAll
    void cluster() throws InterruptedException {
        var demo = Clusters.tutorial();
        var authority = installation.bean(PkiClient.class).authority(demo.authority("kubernetes"));
        var made = demo.with(Map.of("kubernetes", authority.certificate())).servedAt("https://127.0.0.1:1");
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                        "demo",
                        "demo-1",
                        t.write(made),
                        made.createdAt().toString()));
    }

    @AfterAll
    void end() {
        installation.close();
    }

    private String link() {
        var answer = ada.post(LINKS, "application/json", "");
        assertEquals(201, answer.status(), answer.body());
        var url = answer.text("url");
        assertTrue(url.startsWith("https://lab.example/clusterbox/downloads/"), url);
        return URI.create(url).getPath().substring("/clusterbox".length());
    }

    @Test
    void an_address_gives_the_persons_own_kubeconfig_once() {
        var path = link();
        for (int i = 0; i < 3; i++) {
            var page = stranger.get(path);
            assertEquals(200, page.status());
            assertTrue(page.body().contains("For slack:U0ADA ada"), page.body());
            assertFalse(page.body().contains("PRIVATE"), page.body());
            assertEquals("no-store", page.header("Cache-Control"));
            assertEquals("no-referrer", page.header("Referrer-Policy"));
        }
        var fetched = stranger.send("POST", path);
        assertEquals(200, fetched.status(), fetched.body());
        assertTrue(fetched.body().contains("name: \"slack:U0ADA ada@demo\""), fetched.body());
        assertEquals("attachment; filename=\"demo.kubeconfig\"", fetched.header("Content-Disposition"));
        assertEquals("no-store", fetched.header("Cache-Control"));
        assertEquals(
                "CN=slack:U0ADA ada,O=clusterbox:admins",
                installation.pki.issued().getLast().subject());

        stranger.send("POST", path).assertProblem(404, "NOT_FOUND");
        stranger.get(path).assertProblem(404, "NOT_FOUND");
    }

    @Test
    void of_many_who_come_at_once_one_gets_it() throws Exception {
        var path = link();
        var all = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 16; i++) {
            all.add(() -> stranger.send("POST", path).status());
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = new ArrayList<Integer>();
            for (var answer : threads.invokeAll(all)) {
                statuses.add(answer.get());
            }
            assertEquals(1, statuses.stream().filter(status -> status == 200).count(), statuses.toString());
            assertEquals(15, statuses.stream().filter(status -> status == 404).count(), statuses.toString());
        }
    }

    @Test
    void an_address_expires() {
        var path = link();
        installation
                .bean(Database.class)
                .transaction(t -> t.update("UPDATE download_links SET expires_at = expires_at - 601 WHERE spent = 0"));

        stranger.get(path).assertProblem(404, "NOT_FOUND");
        stranger.send("POST", path).assertProblem(404, "NOT_FOUND");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "..%2f..%2fv1%2fclusters",
                "'%20OR%20'1'='1",
            })
    void what_was_not_given_away_is_not_there(String token) {
        link();
        assertEquals(404, stranger.get("/downloads/" + token).status());
        assertEquals(404, stranger.send("POST", "/downloads/" + token).status());
    }

    @Test
    void neither_the_database_nor_the_log_knows_an_address() {
        try (var log = new LogCapture()) {
            var path = link();
            stranger.get(path);
            stranger.send("POST", path);
            var token = path.substring("/downloads/".length());
            assertFalse(log.has(token), "in the log");
            assertEquals(
                    List.of(),
                    installation.rows("SELECT token_hash FROM download_links").stream()
                            .filter(hash -> hash.contains(token))
                            .toList());
        }
    }

    @Test
    void who_may_not_have_a_kubeconfig_gets_no_address() {
        stranger.post(LINKS, "application/json", "").assertProblem(401, "UNAUTHENTICATED");
        ada.post("/v1/clusters/other/kubeconfig-links", "application/json", "").assertProblem(404, "NOT_FOUND");
        ada.with("Clusterbox-Actor", "x")
                .withToken(installation.token("slack-bot"))
                .with("Clusterbox-Actor", "system:masters")
                .post(LINKS, "application/json", "")
                .assertProblem(400, "INVALID");
    }
}

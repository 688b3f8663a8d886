package dev.clusterbox.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody may try who has a token, had one, or has none. After each refusal nothing was certified. */
final class JoinAttacksTest {

    private final Installation installation = Installation.start();
    private final String at = installation.joins("127.0.72.1");

    @TempDir
    Path folder = Path.of("");

    private Joining joining = new Joining(installation, folder);

    @BeforeEach
    void cluster() throws InterruptedException {
        joining = new Joining(installation, folder);
        joining.add("demo", "127.0.72.0/24");
    }

    @AfterEach
    void end() {
        installation.close();
    }

    private String token(String node) {
        return joining.token("demo", node, "127.0.72.23" + node.charAt(node.length() - 1));
    }

    private void refused(int status, Path keys, String token) throws IOException, InterruptedException {
        var before = installation.pki.issued().size();
        assertEquals(status, joining.redeem(keys, at, token), Joining.answer(keys));
        assertTrue(Joining.answer(keys).startsWith("{\"type\":\"urn:clusterbox:problem:"), Joining.answer(keys));
        assertEquals(before, installation.pki.issued().size());
    }

    @Test
    void a_token_that_was_used_gives_nothing_for_other_keys() throws Exception {
        var token = token("worker-1");
        assertEquals(200, joining.redeem(joining.requests("first"), at, token));

        refused(403, joining.requests("thief"), token);
    }

    @Test
    void one_other_key_among_the_same_is_another_use() throws Exception {
        var token = token("worker-1");
        var keys = joining.requests("first");
        assertEquals(200, joining.redeem(keys, at, token));

        Files.delete(keys.resolve("kubelet-server-key.pem"));
        Joining.request(keys, "kubelet-server", "-subj", "/");
        refused(403, keys, token);
    }

    @Test
    void keys_that_change_their_places_are_another_use() throws Exception {
        var token = token("worker-1");
        var keys = joining.requests("first");
        assertEquals(200, joining.redeem(keys, at, token));

        Files.move(keys.resolve("kubelet-client.csr"), keys.resolve("spare"));
        Files.move(keys.resolve("flannel.csr"), keys.resolve("kubelet-client.csr"));
        Files.move(keys.resolve("spare"), keys.resolve("flannel.csr"));
        refused(403, keys, token);
    }

    @Test
    void of_two_who_come_at_once_one_gets_something() throws Exception {
        var token = token("worker-1");
        var one = joining.requests("one");
        var other = joining.requests("other");
        var results = new ConcurrentSkipListSet<Integer>();
        var threads = Stream.of(one, other)
                .map(keys -> Thread.ofVirtual().start(() -> {
                    try {
                        results.add(joining.redeem(keys, at, token));
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();
        for (var thread : threads) {
            thread.join();
        }

        assertEquals(Set.of(200, 403), results);
    }

    static Stream<String[]> names() {
        return Stream.of(
                new String[] {"kubelet-client", "/O=system:nodes/CN=system:node:worker-2"},
                new String[] {"kubelet-client", "/O=system:nodes/CN=system:node:node-1"},
                new String[] {"kubelet-client", "/O=system:masters/CN=system:node:worker-1"},
                new String[] {"kubelet-client", "/O=system:nodes/O=system:masters/CN=system:node:worker-1"},
                new String[] {"kubelet-client", "/CN=admin"},
                new String[] {"kube-proxy", "/O=system:masters/CN=system:kube-proxy"},
                new String[] {"flannel", "/O=system:masters/CN=flannel"},
                new String[] {"kubelet-server", "/O=system:nodes/CN=system:node:node-1"});
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_request_in_anothers_name_is_refused(String profile, String subject) throws Exception {
        var keys = joining.requests("first");
        Joining.request(keys, profile, "-subj", subject);

        refused(400, keys, token("worker-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DNS:kubernetes",
                "DNS:node-1",
                "DNS:worker-1,DNS:kubernetes.default.svc",
                "IP:127.0.72.10",
                "IP:127.0.72.231,IP:127.0.72.11",
                "DNS:*",
                "email:root@example.org",
                "URI:spiffe://cluster.local/ns/kube-system"
            })
    void other_names_in_a_serving_certificate_are_refused(String names) throws Exception {
        var keys = joining.requests("first");
        Joining.request(keys, "kubelet-server", "-subj", "/", "-addext", "subjectAltName=" + names);

        refused(400, keys, token("worker-1"));
    }

    @Test
    void a_request_that_was_refused_has_not_spent_the_token() throws Exception {
        var keys = joining.requests("first");
        var token = token("worker-1");
        Joining.request(keys, "kubelet-client", "-subj", "/O=system:nodes/CN=system:node:worker-2");
        refused(400, keys, token);

        assertEquals(200, joining.redeem(joining.requests("right"), at, token));
    }

    @Test
    void a_token_that_is_over_is_refused() throws Exception {
        var token = token("worker-1");
        installation
                .bean(Database.class)
                .transaction(t -> t.update("UPDATE node_tokens SET expires_at = '2026-01-01T00:00:00Z'"));

        refused(401, joining.requests("late"), token);
    }

    @Test
    void a_token_that_was_revoked_is_refused_even_to_who_has_used_it() throws Exception {
        var token = token("worker-1");
        var keys = joining.requests("first");
        var kept = token("worker-2");
        assertEquals(200, joining.redeem(keys, at, token));
        var id = token.split("_", -1)[1];

        assertEquals(
                204,
                installation
                        .rest()
                        .delete("/v1/clusters/demo/join-tokens/" + id)
                        .status());

        refused(401, keys, token);
        assertEquals(401, joining.curl(keys, at, token, "artifacts/" + "0".repeat(64)));
        assertEquals(404, joining.curl(keys, at, kept, "artifacts/" + "0".repeat(64)));
    }

    @Test
    void when_the_last_token_is_revoked_nobody_listens() throws Exception {
        var token = token("worker-1");
        installation.rest().delete("/v1/clusters/demo/join-tokens/" + token.split("_", -1)[1]);

        var connected = Joining.run(folder, "bash", "-c", "exec 3<>/dev/tcp/" + at.replace(':', '/'));
        assertNotEquals(0, connected.code());
    }

    @Test
    void another_clusters_token_is_refused() throws Exception {
        joining.add("other", "127.0.73.0/24");
        var keys = joining.requests("first");
        var token = token("worker-1");
        var theirs = joining.token("other", "worker-1", "127.0.73.231");

        refused(401, keys, theirs);
        assertEquals(401, joining.curl(keys, installation.joins("127.0.73.1"), token, "artifacts/" + "0".repeat(64)));
        assertEquals(
                404,
                installation
                        .rest()
                        .delete("/v1/clusters/demo/join-tokens/" + theirs.split("_", -1)[1])
                        .status());
        assertEquals(200, joining.redeem(keys, installation.joins("127.0.73.1"), theirs));
    }

    @Test
    void a_key_is_certified_once_for_one_thing() throws Exception {
        var keys = joining.requests("first");
        assertEquals(200, joining.redeem(keys, at, token("worker-1")));
        refused(403, keys, token("worker-2"));

        var same = joining.requests("same");
        Files.copy(
                same.resolve("kubelet-client.csr"),
                same.resolve("kubelet-server.csr"),
                StandardCopyOption.REPLACE_EXISTING);
        refused(400, same, token("worker-3"));
    }

    @Test
    void a_request_whose_sender_has_not_the_key_is_refused() throws Exception {
        var keys = joining.requests("first");
        var csr = Files.readString(keys.resolve("flannel.csr"));
        // The last bytes are the signature's.
        var broken = csr.replaceFirst("(?s)(.{9})(=*\n-----END)", "AAAAAAAAA$2");
        assertNotEquals(csr, broken);
        Files.writeString(keys.resolve("flannel.csr"), broken);

        refused(400, keys, token("worker-1"));
    }

    @Test
    void guessing_is_slowed_down() throws Exception {
        var keys = joining.requests("first");
        var good = token("worker-1");
        var guess = good.substring(0, good.length() - 8) + "AAAAAAAA";
        for (int i = 0; i < 20; i++) {
            assertEquals(401, joining.curl(keys, at, guess, "artifacts/" + "0".repeat(64)), "attempt " + i);
        }

        var status = joining.redeem(keys, at, good);
        assertEquals(429, status, Joining.answer(keys));
        assertTrue(Joining.answer(keys).contains("TOO_MANY"), Joining.answer(keys));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cbjoin_", "cbjoin_aaaaaaaaaa_", "admin", "cbjoin_'; DROP TABLE node_tokens; --_"})
    void what_is_no_token_is_refused_in_the_same_words(String text) throws Exception {
        var keys = joining.requests("first");
        token("worker-1");
        refused(401, keys, text);
        assertTrue(Joining.answer(keys).contains("no valid join token in the request"), Joining.answer(keys));
    }

    @Test
    void the_administrators_token_opens_nothing_here_and_a_join_token_nothing_there() throws Exception {
        var keys = joining.requests("first");
        var token = token("worker-1");
        refused(401, keys, installation.token("admin"));

        assertEquals(
                401, installation.rest().withToken(token).get("/v1/clusters").status());
        assertEquals(404, joining.curl(keys, at, token, "../../v1/clusters", "--path-as-is"));
        assertEquals(404, joining.curl(keys, at, token, "node"), "GET");
    }

    @Test
    void a_body_without_end_is_cut_off() throws Exception {
        var keys = joining.requests("first");
        Files.writeString(keys.resolve("flannel.csr"), "x".repeat(200_000));

        refused(400, keys, token("worker-1"));
    }

    @ParameterizedTest
    @CsvSource({
        "node-1, 127.0.72.231",
        "node-9, 127.0.72.231",
        "controller-1, 127.0.72.231",
        "haproxy, 127.0.72.231",
        "kubernetes, 127.0.72.231",
        "kubernetes.default.svc, 127.0.72.231",
        "localhost, 127.0.72.231",
        "a.cluster.local, 127.0.72.231",
        "'worker-1,O=system:masters', 127.0.72.231",
        "'worker 1', 127.0.72.231",
        "WORKER, 127.0.72.231",
        "10.0.0.1, 127.0.72.231",
        "worker-1-with-a-name-that-is-longer-than-a-common-name-has-room, 127.0.72.231",
        "worker-1, 127.0.72.10",
        "worker-1, 127.0.72.1",
        "worker-1, 127.0.72.24",
        "worker-1, 127.0.72.255",
        "worker-1, 127.0.0.1",
        "worker-1, 10.32.0.1",
        "worker-1, 10.244.1.1",
        "worker-1, 0.0.0.0",
        "worker-1, 224.0.0.1",
        "worker-1, 255.255.255.255",
        "worker-1, 010.0.0.1",
        "worker-1, 10.0.0.1/24",
        "worker-1, kubernetes",
        "worker-1, ''"
    })
    void no_token_is_made_for_somebody_elses_name_or_address(String node, String address) {
        var answer = joining.create("demo", "{\"node\": \"%s\", \"address\": \"%s\"}".formatted(node, address));

        assertEquals(400, answer.status(), answer.body());
        assertEquals(List.of(), installation.rows("SELECT id FROM node_tokens"));
    }

    @Test
    void two_nodes_do_not_share_an_address() {
        joining.token("demo", "worker-1", "127.0.72.231");

        var other = joining.create("demo", "{\"node\": \"worker-2\", \"address\": \"127.0.72.231\"}");
        assertEquals(409, other.status(), other.body());
    }

    @Test
    void only_operators_make_tokens() {
        var anonymous = installation.rest().withoutToken();
        assertEquals(401, anonymous.get("/v1/clusters/demo/join-tokens").status());
        assertEquals(
                401,
                anonymous
                        .post("/v1/clusters/demo/join-tokens", "application/json", "{\"node\": \"worker-1\"}")
                        .status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"node\": \"worker-1\"}", "{\"node\": 1, \"address\": []}", "[]", "{\"minutes\": 0}"})
    void what_is_no_request_for_a_token_is_refused(String body) {
        assertEquals(400, joining.create("demo", body).status());
    }

    @Test
    void a_token_is_not_good_for_longer_than_a_day() {
        var answer =
                joining.create("demo", "{\"node\": \"worker-1\", \"address\": \"127.0.72.231\", \"minutes\": 1441}");
        assertEquals(400, answer.status(), answer.body());
    }
}

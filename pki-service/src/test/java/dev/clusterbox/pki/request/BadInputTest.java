package dev.clusterbox.pki.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers get who send nonsense, or who are not known. */
final class BadInputTest {

    private static final Wish GATEWAY = new Wish(
            "installation", "service", "CN=gateway", List.of("dns:gateway.clusterbox.internal", "ip:127.0.0.1"));

    @TempDir
    static Path state;

    private static RunningPki pki;
    private static RunningPki.Client client;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        client = pki.client();
        for (var name : List.of("installation", "demo-1.etcd")) {
            assertEquals(201, client.put("/v1/authorities/" + name).status());
        }
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/authorities/installation/certificates | 400",
                "/v1/authorities/installation/certificates?profile=agent | 400",
                "/v1/authorities/installation/certificates?profile=none&subject=CN=a | 400",
                "/v1/authorities/installation/certificates?profile=agent&profile=agent&subject=CN=a,O=clusterbox:agents | 400",
                "/v1/authorities/installation/certificates?profile=agent&subject=CN=a | 400",
                "/v1/authorities/installation/certificates?profile=agent&subject=CN=a,O=clusterbox:agents&validity=99999d | 400",
                "/v1/authorities/installation/certificates?profile=agent&subject=CN=a,O=clusterbox:agents&san=dns:a | 400",
                "/v1/authorities/installation/certificates?profile=agent&subject=CN=a%00,O=clusterbox:agents | 400",
                "/v1/authorities/installation/certificates?profile=agent&subject=CN=a,O=clusterbox:agents,CN=b | 400",
                "/v1/authorities/installation/certificates?profile=etcd-client&subject=CN=a,O=etcd | 400",
                "/v1/authorities/none.etcd/certificates?profile=etcd-client&subject=CN=a,O=etcd | 404",
                "/v1/authorities/none/certificates?profile=agent&subject=CN=a,O=clusterbox:agents | 400",
                "/v1/authorities/..%2f..%2fetc/certificates?profile=agent&subject=CN=a,O=clusterbox:agents | 400",
                "/v1/authorities/demo-1.etcd/certificates?profile=etcd-server&subject=CN=a,O=etcd | 400",
                "/v1/authorities/demo-1.etcd/certificates?profile=etcd-server&subject=CN=a,O=etcd&san=dns:* | 400",
                "/v1/authorities/demo-1.etcd/certificates?profile=etcd-server&subject=CN=a,O=etcd&san= | 400",
            })
    void what_cannot_be_right_is_a_problem_of_the_caller(String path, int status) throws Exception {
        var answer = client.send(client.request(path)
                .header("Content-Type", "application/pkcs10")
                .POST(BodyPublishers.ofByteArray(Csr.p256().der())));

        assertEquals(status, answer.status(), answer::body);
        assertEquals("application/problem+json", answer.contentType());
        assertTrue(!answer.body().contains("internal error"));
    }

    @Test
    void bad_bodies_and_headers_are_problems_of_the_caller() throws Exception {
        assertEquals(400, client.issue(GATEWAY, new byte[0]).status());
        assertEquals(
                400,
                client.issue(GATEWAY, "-----BEGIN".getBytes(StandardCharsets.US_ASCII))
                        .status());
        assertEquals(400, client.issue(GATEWAY, new byte[100_000]).status());
        assertEquals(413, client.issue(GATEWAY, new byte[10_000_000]).status());
        assertEquals(
                400,
                client.issue(GATEWAY, Csr.p256().der(), "Idempotency-Key", "x".repeat(101))
                        .status());
        assertEquals(
                400,
                client.issue(GATEWAY, Csr.p256().der(), "Idempotency-Key", "a b")
                        .status());
        assertEquals(
                415,
                client.postJson("/v1/authorities/installation/certificates?profile=service", "{}")
                        .status());
        assertEquals(400, client.get("/v1/certificates?limit=0").status());
        assertEquals(400, client.get("/v1/certificates?limit=many").status());
        assertEquals(400, client.get("/v1/certificates?after=-1").status());
        assertEquals(400, client.get("/v1/certificates?serial=xyz").status());
        assertEquals(
                400, client.get("/v1/authorities/installation/certificates/xyz").status());
        assertEquals(
                404, client.get("/v1/authorities/installation/certificates/00").status());
        assertEquals(400, client.put("/v1/authorities/Demo.etcd").status());
        assertEquals(
                400, client.put("/v1/authorities/" + "a".repeat(64) + ".etcd").status());
        assertEquals(405, client.delete("/v1/authorities").status());
        assertEquals(404, client.get("/v1/other").status());
    }

    @Test
    void nobody_comes_in_without_the_token() throws Exception {
        for (var token :
                List.of("", "Bearer ", "Bearer " + "x".repeat(48), RunningPki.TOKEN, "Basic " + RunningPki.TOKEN)) {
            var request = HttpRequest.newBuilder(client.uri().resolve("/v1/authorities"));
            var answer = client.send(token.isEmpty() ? request : request.header("Authorization", token));
            assertEquals(401, answer.status(), token);
        }
    }
}

package dev.clusterbox.pki.issuance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Answer;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.request.Csr;
import dev.clusterbox.pki.store.Database;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract over HTTP, with openssl on the other side. */
final class CertificateTest {

    private static final Wish GATEWAY = new Wish(
            "installation", "service", "CN=gateway", List.of("dns:gateway.clusterbox.internal", "ip:127.0.0.1"));

    @TempDir
    static Path state;

    private static RunningPki pki;
    private static RunningPki.Client client;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        client = pki.client();
        for (var name : List.of("installation", "demo-1.etcd", "demo-1.kubernetes")) {
            assertEquals(201, client.put("/v1/authorities/" + name).status());
        }
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec -pkeyopt ec_paramgen_curve:P-256",
                "ec -pkeyopt ec_paramgen_curve:P-384",
                "rsa:2048",
                "rsa:4096",
                "ed25519"
            })
    void openssl_asks_and_openssl_agrees(String key) throws Exception {
        var csr = openssl("req -new -nodes -keyout key.pem -outform DER -out csr -subj /CN=gateway"
                + " -addext subjectAltName=DNS:gateway.clusterbox.internal -newkey " + key);
        var answer = client.issue(GATEWAY, csr);

        assertEquals(201, answer.status(), answer::body);
        Files.writeString(folder.resolve("leaf.pem"), answer.field("chain"));
        Files.writeString(folder.resolve("ca.pem"), answer.field("authorityCertificate"));
        for (var purpose : List.of("sslserver", "sslclient")) {
            Tool.run(
                    folder,
                    "openssl",
                    "verify",
                    "-x509_strict",
                    "-CAfile",
                    "ca.pem",
                    "-purpose",
                    purpose,
                    "-verify_hostname",
                    "gateway.clusterbox.internal",
                    "leaf.pem");
        }
        Tool.run(folder, "openssl", "verify", "-CAfile", "ca.pem", "-verify_ip", "127.0.0.1", "leaf.pem");
        assertTrue(
                Tool.tryOut(folder, "openssl", "verify", "-CAfile", "ca.pem", "-verify_hostname", "other", "leaf.pem")
                                .exitCode()
                        != 0);
        assertEquals(
                Tool.run(folder, "openssl", "pkey", "-in", "key.pem", "-pubout"),
                Tool.run(folder, "openssl", "x509", "-in", "leaf.pem", "-noout", "-pubkey"));
    }

    @Test
    void a_certificate_is_for_what_its_profile_says_only() throws Exception {
        var agent = client.issue(Wish.agent("m1"), Csr.p256().der());
        Files.writeString(folder.resolve("leaf.pem"), agent.field("certificate"));
        Files.writeString(folder.resolve("ca.pem"), agent.field("authorityCertificate"));
        Files.writeString(
                folder.resolve("other.pem"),
                client.get("/v1/authorities/demo-1.etcd").field("certificate"));

        Tool.run(folder, "openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "-purpose", "sslclient", "leaf.pem");
        assertTrue(Tool.tryOut(folder, "openssl", "verify", "-CAfile", "ca.pem", "-purpose", "sslserver", "leaf.pem")
                        .exitCode()
                != 0);
        assertTrue(Tool.tryOut(folder, "openssl", "verify", "-CAfile", "other.pem", "leaf.pem")
                        .exitCode()
                != 0);
        assertEquals(
                "subject=CN=m1,O=clusterbox:agents\n",
                Tool.run(folder, "openssl", "x509", "-in", "leaf.pem", "-noout", "-subject", "-nameopt", "RFC2253"));
    }

    @Test
    void a_certificate_says_exactly_what_was_approved() throws Exception {
        var answer = client.issue(GATEWAY, Csr.p256().der());
        var leaf = certificate(answer.field("certificate"));
        var root = certificate(answer.field("authorityCertificate"));

        leaf.verify(root.getPublicKey());
        assertEquals("CN=gateway", leaf.getSubjectX500Principal().getName());
        assertEquals(
                Set.of(List.of(2, "gateway.clusterbox.internal"), List.of(7, "127.0.0.1")),
                new HashSet<>(leaf.getSubjectAlternativeNames()));
        assertEquals(Set.of("2.5.29.15", "2.5.29.19"), leaf.getCriticalExtensionOIDs());
        assertEquals(Set.of("2.5.29.14", "2.5.29.17", "2.5.29.35", "2.5.29.37"), leaf.getNonCriticalExtensionOIDs());
        assertEquals(-1, leaf.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), leaf.getExtendedKeyUsage());
        assertEquals(new BigInteger(answer.field("serial"), 16), leaf.getSerialNumber());
        assertEquals(0, root.getBasicConstraints());
        assertEquals(3, leaf.getVersion());
    }

    @Test
    void it_begins_a_little_earlier_and_ends_with_its_profile_at_the_latest_with_its_authority() throws Exception {
        var answer = client.issue(Wish.agent("m2"), Csr.p256().der());
        var leaf = certificate(answer.field("certificate"));
        var root = certificate(answer.field("authorityCertificate"));
        var now = Instant.now();
        var begin = leaf.getNotBefore().toInstant();

        assertTrue(begin.isBefore(now) && begin.isAfter(now.minus(Duration.ofMinutes(6))), begin::toString);
        assertTrue(!begin.isBefore(root.getNotBefore().toInstant()));
        assertEquals(answer.field("notAfter"), leaf.getNotAfter().toInstant().toString());
        assertEquals(
                Instant.parse(answer.field("issuedAt")).plus(Duration.ofDays(90)),
                leaf.getNotAfter().toInstant());
        assertEquals(
                3652,
                Duration.between(now, root.getNotAfter().toInstant())
                        .plusHours(1)
                        .toDays());
    }

    @Test
    void pem_comes_back_for_who_accepts_it() throws Exception {
        var answer = client.issue(GATEWAY, Csr.p256().der(), "Accept", "application/x-pem-file");

        assertEquals(201, answer.status());
        assertEquals("application/x-pem-file", answer.contentType());
        assertTrue(answer.body().startsWith("-----BEGIN CERTIFICATE-----\n"));
        assertTrue(certificate(answer.body()).getSerialNumber().signum() > 0);
    }

    @Test
    void the_same_key_and_request_get_the_same_certificate() throws Exception {
        var first = client.issue(GATEWAY, Csr.p256().der(), "Idempotency-Key", "lost-answer");
        var second = client.issue(GATEWAY, Csr.p256().der(), "Idempotency-Key", "lost-answer");

        assertEquals(201, first.status());
        assertEquals(first, second);
        assertNotEquals(first.body(), client.issue(GATEWAY, Csr.p256().der()).body());
    }

    @Test
    void the_same_key_for_another_request_is_a_conflict() throws Exception {
        client.issue(GATEWAY, Csr.p256().der(), "Idempotency-Key", "used");
        var otherKey = client.issue(
                GATEWAY, Csr.with(Csr.RSA_2048).signedWith("SHA256withRSA").der(), "Idempotency-Key", "used");
        var otherName = client.issue(Wish.agent("m3"), Csr.p256().der(), "Idempotency-Key", "used");

        assertEquals(409, otherKey.status());
        assertEquals("CONFLICT", otherName.field("code"));
    }

    @Test
    void equal_requests_at_once_get_one_certificate() throws Exception {
        var wish = Wish.agent("crowd");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Answer> issue = () -> client.issue(wish, Csr.p256().der(), "Idempotency-Key", "crowd");
            var bodies = threads.invokeAll(Collections.nCopies(24, issue)).stream()
                    .map(Future::resultNow)
                    .map(Answer::body)
                    .toList();

            assertEquals(1, new HashSet<>(bodies).size());
        }
        assertEquals(
                1,
                client.get("/v1/certificates?subject=CN=crowd,O=clusterbox:agents")
                                .body()
                                .split("\"serial\"", -1)
                                .length
                        - 1);
    }

    @Test
    void the_inventory_is_listed_in_pages() throws Exception {
        for (int i = 0; i < 5; i++) {
            client.issue(
                    new Wish("demo-1.kubernetes", "scheduler", "CN=system:kube-scheduler", List.of()),
                    Csr.p256().der());
        }
        var serials = new HashSet<String>();
        var path = "/v1/certificates?profile=scheduler&limit=2";
        int pages = 1;
        for (var page = client.get(path); ; page = client.get(path + "&after=" + page.field("next")), pages++) {
            var matcher = Pattern.compile("\"serial\":\"([0-9a-f]{32})\"").matcher(page.body());
            while (matcher.find()) {
                assertTrue(serials.add(matcher.group(1)));
            }
            if (!page.body().contains("\"next\"")) {
                break;
            }
        }

        assertEquals(3, pages);
        assertEquals(5, serials.size());
        var serial = serials.iterator().next();
        var found = client.get("/v1/certificates?serial=" + serial.toUpperCase(Locale.ROOT));
        assertEquals(serial, found.field("serial"));
        assertEquals(
                "{\"certificates\":[]}",
                client.get("/v1/certificates?authority=other").body());
        assertEquals(
                200,
                client.get("/v1/authorities/demo-1.kubernetes/certificates/" + serial)
                        .status());
        assertEquals(
                404,
                client.get("/v1/authorities/demo-1.etcd/certificates/" + serial).status());
    }

    @Test
    void revoking_marks_once() throws Exception {
        var serial = client.issue(Wish.agent("m4"), Csr.p256().der()).field("serial");
        var path = "/v1/authorities/installation/certificates/" + serial;
        assertTrue(!client.get(path).body().contains("revokedAt"));
        var revoked = client.postJson(path + "/revoke", "{\"reason\":\"keyCompromise\"}");
        var again = client.postJson(path + "/revoke", "{\"reason\":\"superseded\"}");

        assertEquals(200, revoked.status(), revoked::body);
        assertTrue(Instant.parse(revoked.field("revokedAt")).isAfter(Instant.EPOCH));
        assertEquals(revoked, again);
        assertEquals(
                400,
                client.postJson(path + "/revoke", "{\"reason\":\"because\"}").status());
        assertEquals(400, client.postJson(path + "/revoke", "{}").status());
        assertEquals(
                400,
                client.postJson(path + "/revoke", "{\"reason\":\"superseded\",\"x\":1}")
                        .status());
        assertEquals(
                404,
                client.postJson("/v1/authorities/installation/certificates/1/revoke", "{\"reason\":\"superseded\"}")
                        .status());
    }

    @Test
    void every_request_is_in_the_audit_log_with_the_person_who_asked() throws Exception {
        var actor = new String[] {"Clusterbox-Actor", "slack:ada", "Idempotency-Key", "audited"};
        var issued = client.issue(Wish.agent("audited"), Csr.p256().der(), actor);
        client.issue(Wish.agent("audited"), Csr.p256().der(), actor);
        client.issue(Wish.agent("audited"), Csr.p256().subject("CN=evil").der(), actor);

        assertEquals("slack:ada", issued.field("requestedBy"));
        assertEquals(
                List.of(
                        "ISSUED slack:ada ",
                        "REPEATED slack:ada ",
                        "REFUSED slack:ada approved-subject: CN=evil (expected: CN=audited,O=clusterbox:agents)"),
                audit("CN=audited,O=clusterbox:agents"));
        assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
    }

    @Test
    void health_and_the_api_document_are_for_everybody() throws Exception {
        for (var path : List.of("/health", "/health/liveness", "/health/readiness")) {
            assertEquals(
                    "{\"status\":\"UP\"}",
                    client.send(HttpRequest.newBuilder(client.uri().resolve(path)))
                            .body());
        }
        var api = client.send(HttpRequest.newBuilder(client.uri().resolve("/openapi/pki-service-1.yml")));
        assertEquals(200, api.status());
        for (var path : List.of(
                "/v1/authorities:",
                "/v1/authorities/{name}:",
                "/v1/authorities/{name}/certificates:",
                "/v1/authorities/{name}/certificates/{serial}:",
                "/v1/authorities/{name}/certificates/{serial}/revoke:",
                "/v1/authorities/{name}/certificates/{serial}/renew:",
                "/v1/authorities/{name}/bundle:",
                "/v1/authorities/{name}/rotate:",
                "/v1/authorities/{name}/retire:",
                "/v1/authorities/{name}/crl:",
                "/crl/{name}/{file}:",
                "/ca/{name}/{serial}.crt:",
                "/ocsp/{name}:",
                "/ocsp/{name}/{request}:",
                "/v1/csr:validate:",
                "/v1/certificates:")) {
            assertTrue(api.body().contains("\n  " + path), path);
        }
    }

    private static List<String> audit(String subject) {
        return pki.bean(Database.class).read(connection -> {
            try (var select = connection.prepareStatement(
                    "SELECT event, requested_by, reason FROM audit WHERE subject = ? ORDER BY seq")) {
                select.setString(1, subject);
                try (var row = select.executeQuery()) {
                    var rows = new ArrayList<String>();
                    while (row.next()) {
                        rows.add(row.getString(1) + " " + row.getString(2) + " " + row.getString(3));
                    }
                    return rows;
                }
            }
        });
    }

    private byte[] openssl(String arguments) throws Exception {
        Tool.run(folder, ("openssl " + arguments).split(" ", -1));
        return Files.readAllBytes(folder.resolve("csr"));
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}

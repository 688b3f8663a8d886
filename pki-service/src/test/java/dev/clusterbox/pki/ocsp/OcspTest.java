package dev.clusterbox.pki.ocsp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.revocation.Cluster;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of the OCSP responder, and what it says. */
final class OcspTest {

    private static final int MALFORMED = 1;
    private static final int UNAUTHORIZED = 6;
    private static final ASN1ObjectIdentifier UNHEARD_OF = new ASN1ObjectIdentifier("1.2.3.4.5");

    @TempDir
    static Path state;

    @TempDir
    static Path folder;

    private static RunningPki pki;
    private static Cluster cluster;
    private static String good;

    @BeforeAll
    static void start() throws Exception {
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);
        cluster.authority("ec-p256");
        good = cluster.leaf("good");
    }

    @AfterAll
    static void stop() {
        pki.close();
    }

    @AfterEach
    void now() {
        cluster.putForward(Duration.ZERO);
    }

    @Test
    void a_certificate_of_ours_is_good_and_a_number_that_we_never_gave_is_unknown() throws Exception {
        var unknown = basic(post(asking().about("1").der()));

        assertEquals(
                CertificateStatus.GOOD, status(basic(post(asking().about(good).der()))));
        assertEquals(
                CertificateStatus.GOOD,
                status(basic(post(asking().sha256().about(good).der()))));
        assertTrue(status(unknown) instanceof UnknownStatus);
        for (var number : List.of(BigInteger.ONE.negate(), BigInteger.ONE.shiftLeft(500), BigInteger.ZERO)) {
            assertTrue(status(basic(post(asking().about(number).der()))) instanceof UnknownStatus);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "keyCompromise, 1",
        "affiliationChanged, 3",
        "superseded, 4",
        "cessationOfOperation, 5",
        "privilegeWithdrawn, 9"
    })
    void a_revocation_shows_at_once_with_its_reason(String reason, int code) throws Exception {
        var serial = cluster.leaf("revoked");
        assertEquals(
                CertificateStatus.GOOD, status(basic(get(asking().about(serial).der()))));
        cluster.revoke(serial, reason);
        var status = (RevokedStatus) status(basic(get(asking().about(serial).der())));

        assertEquals(code, status.getRevocationReason());
        var at = status.getRevocationTime().toInstant();
        assertTrue(Duration.between(at, Instant.now()).abs().toSeconds() < 60, at::toString);
    }

    @Test
    void no_reason_is_given_where_there_is_none() throws Exception {
        var serial = cluster.leaf("unspecified");
        cluster.revoke(serial, "unspecified");

        assertFalse(((RevokedStatus) status(basic(post(asking().about(serial).der())))).hasRevocationReason());
    }

    @Test
    void several_are_answered_in_one_in_their_order() throws Exception {
        var bad = cluster.leaf("bad");
        cluster.revoke(bad, "superseded");
        var response = basic(
                post(asking().about(good).about("2").about(bad).about(good).der()));

        assertEquals(
                List.of(good, "2", bad, good),
                Arrays.stream(response.getResponses())
                        .map(it -> it.getCertID().getSerialNumber().toString(16))
                        .map(it -> it.length() < 3 ? it : "0".repeat(32 - it.length()) + it)
                        .toList());
        assertTrue(response.getResponses()[1].getCertStatus() instanceof UnknownStatus);
        assertTrue(response.getResponses()[2].getCertStatus() instanceof RevokedStatus);
        assertEquals(CertificateStatus.GOOD, response.getResponses()[3].getCertStatus());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 32, 128})
    void a_nonce_comes_back(int length) throws Exception {
        var response = basic(post(asking().about(good).nonce(length).der()));
        var nonce = response.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);

        assertEquals(new DEROctetString(new byte[length]), nonce.getParsedValue());
        assertEquals(
                null, basic(post(asking().about(good).der())).getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce));
    }

    @Test
    void what_is_no_request_is_malformed() throws Exception {
        var fine = asking().about(good).der();
        var two = asking();
        for (int i = 0; i < 51; i++) {
            two.about(good);
        }
        var critical = new Request(asking().id(BigInteger.ONE), new Extensions(Asking.extension(UNHEARD_OF)));
        for (var bad : List.of(
                new byte[] {0x30},
                "not a request".getBytes(StandardCharsets.US_ASCII),
                Arrays.copyOf(fine, fine.length - 1),
                Arrays.copyOf(fine, fine.length + 1),
                new byte[OcspQuery.LARGEST + 1],
                asking().der(),
                two.der(),
                asking().about(good).nonce(0).der(),
                asking().about(good).nonce(129).der(),
                asking().about(good)
                        .extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, DERNull.INSTANCE)
                        .der(),
                asking().about(good)
                        .extension(UNHEARD_OF, true, DERNull.INSTANCE)
                        .der(),
                asking().request(critical).der(),
                asking().request(DERNull.INSTANCE).der())) {
            assertEquals(
                    MALFORMED, post(bad).getStatus(), () -> Base64.getEncoder().encodeToString(bad));
        }
        assertEquals(400, send("/ocsp/" + Cluster.NAME, new byte[0]).statusCode());
        assertEquals(
                CertificateStatus.GOOD,
                status(basic(post(asking().about(good)
                        .extension(UNHEARD_OF, false, DERNull.INSTANCE)
                        .der()))));
    }

    @Test
    void whatever_byte_is_changed_there_is_an_answer() throws Exception {
        var fine = asking().about(good).nonce(8).der();
        var random = new Random(20261127);
        for (int i = 0; i < 400; i++) {
            var changed = fine.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            var status = post(changed).getStatus();
            assertTrue(status == 0 || status == MALFORMED || status == UNAUTHORIZED, "status " + status);
        }
    }

    @Test
    void of_the_certificates_of_others_it_may_not_speak() throws Exception {
        cluster.run(
                "openssl req -x509 -newkey rsa:2048 -nodes -keyout x.key -out other.pem -subj /O=clusterbox/OU=demo-1/CN=etcd");
        var other = Asking.of(folder.resolve("other.pem"));
        assertEquals(UNAUTHORIZED, post(other.about(good).der()).getStatus());
        assertEquals(
                UNAUTHORIZED,
                post(asking().about(good)
                                .request(new Request(other.id(BigInteger.ONE), null))
                                .der())
                        .getStatus());
        assertEquals(
                UNAUTHORIZED,
                post(asking().hash(NISTObjectIdentifiers.id_sha512, "SHA-512")
                                .about(good)
                                .der())
                        .getStatus());
        assertEquals(
                UNAUTHORIZED,
                new OCSPResp(send("/ocsp/demo-2.etcd", asking().about(good).der())
                                .body())
                        .getStatus());
    }

    @Test
    void the_path_of_a_get_may_have_any_base64_and_be_encoded_or_not() throws Exception {
        var random = new Random(1);
        int special = 0;
        for (int i = 0; i < 60; i++) {
            var base64 = Base64.getEncoder()
                    .encodeToString(asking().about(new BigInteger(127, random)).der());
            special += base64.contains("/") && base64.contains("+") ? 1 : 0;
            for (var path :
                    List.of(base64, URLEncoder.encode(base64, StandardCharsets.US_ASCII), base64.replace("=", "%3d"))) {
                var answer = cluster.fetch("/ocsp/%s/%s".formatted(Cluster.NAME, path));
                assertEquals(200, answer.statusCode());
                assertTrue(status(basic(new OCSPResp(answer.body()))) instanceof UnknownStatus, path);
            }
        }
        assertTrue(special > 5);
        for (var path : List.of("x", "*", "AAAA", "AA/AA", "%2f%2f")) {
            assertEquals(
                    MALFORMED,
                    new OCSPResp(cluster.fetch("/ocsp/%s/%s".formatted(Cluster.NAME, path))
                                    .body())
                            .getStatus(),
                    path);
        }
    }

    @Test
    void a_get_is_signed_once_and_caches_may_keep_it_until_there_is_another() throws Exception {
        var path = path(asking().about(good).der());
        cluster.putForward(Duration.ofDays(1));
        var first = cluster.fetch(path);
        cluster.putForward(Duration.ofDays(1).plusMinutes(29));
        var second = cluster.fetch(path);
        var tag = second.headers().firstValue("ETag").orElseThrow();
        var age = second.headers().firstValue("Cache-Control").orElseThrow();
        var unchanged = cluster.fetch(path, "If-None-Match", tag);
        cluster.putForward(Duration.ofDays(1).plusMinutes(31));
        var third = cluster.fetch(path);

        assertEquals(
                "application/ocsp-response",
                first.headers().firstValue("Content-Type").orElseThrow());
        assertArrayEquals(first.body(), second.body());
        assertTrue(age.matches("max-age=[0-9]{1,2}, public, no-transform, must-revalidate"), age);
        assertEquals(304, unchanged.statusCode());
        assertNotEquals(tag, third.headers().firstValue("ETag").orElseThrow());
        var response = basic(new OCSPResp(third.body())).getResponses()[0];
        assertEquals(
                Duration.ofHours(1),
                Duration.between(
                        response.getThisUpdate().toInstant(),
                        response.getNextUpdate().toInstant()));
        for (var uncached :
                List.of(asking().about(good).nonce(8).der(), asking().about("7").der(), new byte[] {1})) {
            assertEquals(
                    "no-store",
                    cluster.fetch(path(uncached))
                            .headers()
                            .firstValue("Cache-Control")
                            .orElseThrow());
        }
    }

    @Test
    void its_own_certificate_is_on_record_short_and_renewed_in_time() throws Exception {
        var before = basic(post(asking().about(good).der())).getCerts()[0];
        cluster.putForward(Duration.ofDays(4));
        var after = basic(post(asking().about(good).der())).getCerts()[0];

        assertNotEquals(before.getSerialNumber(), after.getSerialNumber());
        assertEquals(
                Duration.ofDays(7).plusMinutes(5),
                Duration.between(
                        after.getNotBefore().toInstant(), after.getNotAfter().toInstant()));
        assertEquals(
                CertificateStatus.GOOD,
                status(basic(post(asking().about(after.getSerialNumber()).der()))));
        var listed = cluster.client().get("/v1/certificates?profile=ocsp-responder&authority=" + Cluster.NAME);
        assertTrue(listed.fields("serial").contains("%032x".formatted(after.getSerialNumber())), listed::body);
    }

    @Test
    void each_generation_answers_for_its_own_until_it_is_retired() throws Exception {
        var files = Files.createDirectories(folder.resolve("rotated"));
        var name = "demo-9.etcd";
        var client = cluster.client();
        Files.writeString(
                files.resolve("old.pem"), client.put("/v1/authorities/" + name).field("certificate"));
        Files.writeString(
                files.resolve("new.pem"),
                client.postJson("/v1/authorities/%s/rotate".formatted(name), "").field("certificate"));
        var old = Asking.of(files.resolve("old.pem")).about("1").der();
        var young = Asking.of(files.resolve("new.pem")).about("1").der();

        assertEquals(0, ask(name, old));
        assertEquals(0, ask(name, young));
        client.postJson("/v1/authorities/%s/retire".formatted(name), "");
        assertEquals(UNAUTHORIZED, ask(name, old));
        assertEquals(0, ask(name, young));
        client.delete("/v1/authorities/" + name);
        assertEquals(UNAUTHORIZED, ask(name, young));
    }

    private static int ask(String name, byte[] request) throws Exception {
        return new OCSPResp(send("/ocsp/" + name, request).body()).getStatus();
    }

    private static Asking asking() throws Exception {
        return Asking.of(folder.resolve("ca.pem"));
    }

    private static String path(byte[] request) {
        return "/ocsp/%s/%s"
                .formatted(
                        Cluster.NAME,
                        URLEncoder.encode(Base64.getEncoder().encodeToString(request), StandardCharsets.US_ASCII));
    }

    private static OCSPResp get(byte[] request) throws Exception {
        return new OCSPResp(cluster.fetch(path(request)).body());
    }

    private static OCSPResp post(byte[] request) throws Exception {
        var answer = send("/ocsp/" + Cluster.NAME, request);
        assertEquals(200, answer.statusCode());
        assertEquals(
                "application/ocsp-response",
                answer.headers().firstValue("Content-Type").orElseThrow());
        return new OCSPResp(answer.body());
    }

    private static HttpResponse<byte[]> send(String path, byte[] request) throws Exception {
        var client = cluster.client();
        return client.http()
                .send(
                        HttpRequest.newBuilder(client.uri().resolve(path))
                                .header("Content-Type", "application/ocsp-request")
                                .POST(BodyPublishers.ofByteArray(request))
                                .build(),
                        BodyHandlers.ofByteArray());
    }

    private static BasicOCSPResp basic(OCSPResp response) throws Exception {
        assertEquals(0, response.getStatus());
        return (BasicOCSPResp) response.getResponseObject();
    }

    private static Object status(BasicOCSPResp response) {
        return response.getResponses()[0].getCertStatus();
    }
}

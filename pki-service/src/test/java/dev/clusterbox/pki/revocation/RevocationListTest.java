package dev.clusterbox.pki.revocation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Duration;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands on a revocation list, and when a new one is signed. */
final class RevocationListTest {

    private static final Duration HALF_A_DAY = Duration.ofHours(12);
    private static final Duration A_YEAR = Duration.ofDays(365);

    @TempDir
    Path state;

    @TempDir
    Path folder;

    private RunningPki pki;
    private Cluster cluster;
    private String authority;

    @BeforeEach
    void start() throws Exception {
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);
        authority = cluster.authority("ec-p256");
    }

    @AfterEach
    void stop() {
        pki.close();
    }

    @Test
    void it_is_empty_and_numbered_and_good_for_a_day() throws Exception {
        var list = list();

        assertEquals(1, number(list));
        assertEquals(null, list.getRevokedCertificates());
        assertEquals(
                Duration.ofDays(1),
                Duration.between(
                        list.getThisUpdate().toInstant(), list.getNextUpdate().toInstant()));
        assertArrayEquals(list.getEncoded(), list().getEncoded(), "it is signed once");
    }

    @ParameterizedTest
    @EnumSource
    void a_revocation_is_on_it_at_once_with_its_reason(RevocationReason reason) throws Exception {
        list();
        var serial = cluster.leaf("a");
        cluster.revoke(serial, reason.text());
        cluster.revoke(serial, "superseded");
        var list = list();
        var entry = list.getRevokedCertificate(new BigInteger(serial, 16));

        assertEquals(2, number(list));
        assertEquals(1, list.getRevokedCertificates().size());
        assertEquals(reason != RevocationReason.UNSPECIFIED, entry.hasExtensions());
        if (entry.hasExtensions()) {
            assertEquals(
                    reason.name(),
                    entry.getRevocationReason() == CRLReason.AFFILIATION_CHANGED
                            ? "AFFILIATION_CHANGED"
                            : entry.getRevocationReason().name());
        }
    }

    @Test
    void the_number_grows_over_restarts() throws Exception {
        cluster.revoke(cluster.leaf("a"), "superseded");
        cluster.revoke(cluster.leaf("b"), "superseded");
        pki.close();
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);
        cluster.revoke(cluster.leaf("c"), "superseded");

        assertEquals(3, number(list()));
        assertEquals(3, list().getRevokedCertificates().size());
    }

    @Test
    void whoever_asks_gets_one_with_half_of_its_life_before_it() throws Exception {
        var first = list();
        cluster.putForward(HALF_A_DAY.minusMinutes(1));
        assertArrayEquals(first.getEncoded(), list().getEncoded());
        cluster.putForward(HALF_A_DAY.plusMinutes(1));

        assertEquals(2, number(list()));
    }

    @Test
    void an_expired_certificate_leaves_it_after_one_more_regular_list() throws Exception {
        cluster.revoke(cluster.leaf("a"), "superseded");
        cluster.putForward(A_YEAR.minusHours(1));
        assertEquals(1, list().getRevokedCertificates().size());
        cluster.putForward(A_YEAR.plusHours(1));
        cluster.revoke(cluster.leaf("b"), "superseded");
        assertEquals(2, list().getRevokedCertificates().size(), "not a regular one");
        cluster.putForward(A_YEAR.plusHours(14));
        assertEquals(2, list().getRevokedCertificates().size(), "the regular one");
        cluster.putForward(A_YEAR.plusHours(28));

        assertEquals(1, list().getRevokedCertificates().size());
    }

    @Test
    void each_generation_has_its_own() throws Exception {
        var old = cluster.leaf("old");
        var second = cluster.client().postJson(Cluster.PATH + "/rotate", "").field("serial");
        var young = cluster.leaf("young");
        cluster.revoke(old, "superseded");

        assertTrue(list().getRevokedCertificate(new BigInteger(old, 16)) != null);
        assertEquals(null, list(second).getRevokedCertificates());
        cluster.revoke(young, "superseded");
        assertEquals(2, number(list(second)));
        assertEquals(1, number(list()));
    }

    @Test
    void who_has_it_already_is_told_so() throws Exception {
        var first = cluster.fetch(path(authority));
        var tag = first.headers().firstValue("ETag").orElseThrow();
        var date = first.headers().firstValue("Last-Modified").orElseThrow();

        assertEquals(
                "application/pkix-crl",
                first.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "max-age=300, public, no-transform, must-revalidate",
                first.headers().firstValue("Cache-Control").orElseThrow());
        for (var headers : new String[][] {
            {"If-None-Match", tag},
            {"If-None-Match", "\"x\", W/" + tag},
            {"If-None-Match", "*"},
            {"If-Modified-Since", date}
        }) {
            var again = cluster.fetch(path(authority), headers);
            assertEquals(304, again.statusCode(), () -> String.join(" ", headers));
            assertEquals(0, again.body().length);
            assertEquals(tag, again.headers().firstValue("ETag").orElseThrow());
        }
        for (var headers : new String[][] {
            {"If-None-Match", "\"x\"", "If-Modified-Since", date},
            {"If-Modified-Since", "yesterday"},
            {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}
        }) {
            assertEquals(200, cluster.fetch(path(authority), headers).statusCode(), () -> String.join(" ", headers));
        }
        cluster.revoke(cluster.leaf("a"), "superseded");
        var changed = cluster.fetch(path(authority), "If-None-Match", tag);
        assertEquals(200, changed.statusCode());
        assertNotEquals(tag, changed.headers().firstValue("ETag").orElseThrow());
    }

    @Test
    void callers_get_it_as_they_accept_it() throws Exception {
        var der = cluster.client().send(cluster.client().request(Cluster.PATH + "/crl"));
        var pem = cluster.client()
                .send(cluster.client().request(Cluster.PATH + "/crl").header("Accept", "application/x-pem-file"));

        assertEquals("application/pkix-crl", der.contentType());
        assertTrue(pem.body().startsWith("-----BEGIN X509 CRL-----\n"), pem::body);
        assertEquals(
                pem.body(),
                new String(
                        cluster.fetch("/crl/%s/%s.pem".formatted(Cluster.NAME, authority))
                                .body(),
                        StandardCharsets.US_ASCII));
        assertEquals(
                200,
                cluster.client()
                        .get(Cluster.PATH + "/crl?generation=" + authority)
                        .status());
        assertEquals(
                404, cluster.client().get(Cluster.PATH + "/crl?generation=1").status());
    }

    @Test
    void what_is_not_there_is_not_found() throws Exception {
        for (var path : new String[] {
            "/crl/demo-2.etcd/%s.crl",
            "/crl/demo-1.etcd/1.crl",
            "/crl/demo-1.etcd/%s",
            "/crl/demo-1.etcd/%s.txt",
            "/crl/x/%s.crl",
            "/crl/demo-1.etcd/.crl",
            "/crl/demo-1.etcd/..%%2f%s.crl"
        }) {
            assertEquals(404, cluster.fetch(path.formatted(authority)).statusCode(), path);
        }
        cluster.client().delete(Cluster.PATH);
        assertEquals(404, cluster.fetch(path(authority)).statusCode());
    }

    @Test
    void a_certificate_of_a_deleted_authority_can_still_be_marked() throws Exception {
        var serial = cluster.leaf("a");
        cluster.client().delete(Cluster.PATH);
        cluster.revoke(serial, "superseded");

        assertFalse(cluster.client()
                .get("%s/certificates/%s".formatted(Cluster.PATH, serial))
                .field("revokedAt")
                .isEmpty());
    }

    @Test
    void openssl_believes_it_and_knows_whom_not_to_believe() throws Exception {
        cluster.leaf("good");
        cluster.revoke(cluster.leaf("bad"), "keyCompromise");
        Files.write(folder.resolve("crl"), cluster.fetch(path(authority)).body());

        assertTrue(cluster.run("openssl crl -in crl -CAfile ca.pem -noout").contains("verify OK"));
        cluster.run("openssl verify -x509_strict -crl_check -CRLfile crl -CAfile ca.pem good.pem");
        assertTrue(cluster.tryOut("openssl verify -crl_check -CRLfile crl -CAfile ca.pem bad.pem")
                .output()
                .contains("certificate revoked"));
    }

    private X509CRL list() throws Exception {
        return list(authority);
    }

    private X509CRL list(String serial) throws Exception {
        var answer = cluster.fetch(path(serial));
        assertEquals(200, answer.statusCode());
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(answer.body()));
    }

    private static String path(String serial) {
        return "/crl/%s/%s.crl".formatted(Cluster.NAME, serial);
    }

    private static long number(X509CRL list) {
        var value =
                ASN1OctetString.getInstance(list.getExtensionValue("2.5.29.20")).getOctets();
        return ASN1Integer.getInstance(value).getValue().longValueExact();
    }
}

package dev.clusterbox.pki.authority;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.revocation.Cluster;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What certificates say about where to ask for them. */
final class PublicAddressesTest {

    @TempDir
    Path state;

    @TempDir
    Path folder;

    @Test
    void they_say_where_list_responder_and_authority_are_and_there_they_are() throws Exception {
        var url = "http://pki.example:8081/pki/";
        try (var pki = RunningPki.on(state, Map.of("clusterbox.pki.public-url", url))) {
            var cluster = new Cluster(pki, folder);
            var authority = cluster.authority("ec-p256");
            cluster.leaf("a");
            var text = cluster.run("openssl x509 -in a.pem -noout -ext crlDistributionPoints,authorityInfoAccess");
            var list = url + "crl/%s/%s.crl".formatted(Cluster.NAME, authority);
            var certificate = url + "ca/%s/%s.crt".formatted(Cluster.NAME, authority);

            assertTrue(text.contains("URI:" + list), text);
            assertTrue(text.contains("OCSP - URI:" + url + "ocsp/" + Cluster.NAME), text);
            assertTrue(text.contains("CA Issuers - URI:" + certificate), text);
            for (var address : new String[] {list, certificate}) {
                var path = URI.create(address).getPath().replace("/pki/", "/");
                assertEquals(200, cluster.fetch(path).statusCode(), path);
            }
            cluster.run("openssl verify -x509_strict -CAfile ca.pem a.pem");
        }
    }

    @Test
    void they_say_nothing_unless_told_to() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var cluster = new Cluster(pki, folder);
            cluster.authority("ec-p256");
            cluster.leaf("a");

            assertFalse(cluster.run("openssl x509 -in a.pem -noout -text").contains("URI:"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://pki.example",
                "ftp://pki.example",
                "pki.example",
                "http://",
                "http:///path",
                "http://user@pki.example",
                "http://pki.example/?a",
                "http://pki.example/#a",
                "http://pki.example/a/../b",
                "http://pki.example/ü",
                "http://pki_example",
                "http://pki.example:port",
                " http://pki.example"
            })
    void an_address_that_would_not_do_ends_the_start(String url) {
        var e = assertThrows(IllegalStateException.class, () -> new PublicAddresses(url));
        assertTrue(e.toString().contains("expected: http://HOST:PORT"), e::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://pki.example", "http://10.0.0.1:8081/", "http://[fd00::1]:80/a/b"})
    void an_address_that_does_is_taken(String url) {
        assertDoesNotThrow(() -> new PublicAddresses(url));
    }
}

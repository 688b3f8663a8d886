package dev.clusterbox.pki.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.Tool;
import dev.clusterbox.pki.request.Csr;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each type of key that an authority may have, with openssl on the other side. */
final class AuthorityKeyTest {

    private static final Wish CLIENT = new Wish("demo-1.etcd", "etcd-client", "CN=a,O=etcd", List.of());

    @TempDir
    Path state;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "ec-p256, prime256v1, ecdsa-with-SHA256",
        "ec-p384, secp384r1, ecdsa-with-SHA384",
        "rsa-2048, 2048 bit, sha256WithRSAEncryption",
        "rsa-3072, 3072 bit, sha256WithRSAEncryption",
        "rsa-4096, 4096 bit, sha256WithRSAEncryption",
        "ed25519, ED25519, ED25519"
    })
    void signs_what_openssl_accepts_also_after_a_restart(String type, String key, String signature) throws Exception {
        try (var pki = RunningPki.on(state)) {
            var made = pki.client().put("/v1/authorities/demo-1.etcd?keyType=" + type);
            assertEquals(201, made.status(), made::body);
            Files.writeString(folder.resolve("ca.pem"), made.field("certificate"));
        }
        try (var pki = RunningPki.on(state)) {
            Files.writeString(
                    folder.resolve("leaf.pem"),
                    pki.client().issue(CLIENT, Csr.p256().der()).field("certificate"));
        }
        Tool.run(folder, "openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "ca.pem", "leaf.pem");
        var text = Tool.run(folder, "openssl", "x509", "-in", "ca.pem", "-noout", "-text");
        assertTrue(text.contains(key), text);
        var leaf = Tool.run(folder, "openssl", "x509", "-in", "leaf.pem", "-noout", "-text");
        assertEquals(3, leaf.split("Signature Algorithm: " + signature, -1).length, leaf);
    }

    @Test
    void it_is_chosen_once() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var path = "/v1/authorities/demo-1.etcd";
            assertEquals(201, pki.client().put(path + "?keyType=ec-p384").status());
            assertEquals(200, pki.client().put(path + "?keyType=ec-p384").status());
            assertEquals(200, pki.client().put(path).status());
            var other = pki.client().put(path + "?keyType=ec-p256");

            assertEquals(409, other.status());
            assertTrue(other.field("detail").contains("ec-p384"), other::body);
        }
    }

    @Test
    void what_nobody_could_use_is_refused() throws Exception {
        try (var pki = RunningPki.on(state)) {
            for (var type : List.of("rsa-1024", "EC-P256", "secp256k1", "")) {
                assertEquals(
                        400,
                        pki.client()
                                .put("/v1/authorities/demo-1.etcd?keyType=" + type)
                                .status(),
                        type);
            }
            assertEquals(
                    400,
                    pki.client()
                            .put("/v1/authorities/installation?keyType=ed25519")
                            .status());
            for (var kind : List.of("kubernetes", "etcd", "front-proxy")) {
                assertEquals(
                        201,
                        pki.client()
                                .put("/v1/authorities/demo-1." + kind + "?keyType=ed25519")
                                .status());
            }
        }
    }
}

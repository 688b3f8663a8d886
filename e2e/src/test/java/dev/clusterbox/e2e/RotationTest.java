package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cluster that runs is given other authorities, with keys of other types. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RotationTest {

    private static final String ETCD = "{\"name\": \"demo\", \"through\": \"etcd\", \"nodes\": 1}";
    private static final String WHOLE = "{\"name\": \"demo\", \"nodes\": 1}";

    /** The object identifiers of what is signed with keys of this type (RFC 8017, A.2.4, and RFC 8410, 3). */
    private static final Map<String, String> SIGNATURES =
            Map.of("rsa-2048", "1.2.840.113549.1.1.11", "ed25519", "1.3.101.112");

    private Installation installation;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        installation = Installation.start("rotation", 27000);
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    @AfterEach
    void down() throws IOException, InterruptedException {
        installation.clusterbox("down", "demo", "--yes").succeeded();
    }

    private void up(String json) throws IOException, InterruptedException {
        installation.gateway().awaitSuccess(installation.gateway().up(json));
    }

    private String inMachine(String machine, String command) throws IOException, InterruptedException {
        return installation
                .onMachine("demo", machine, "bash", "-lc", command)
                .succeeded()
                .output();
    }

    private String authority(String kind) throws IOException, InterruptedException {
        var uid = installation.gateway().cluster("demo").get("uid").getAsString();
        return "/v1/authorities/%s.%s".formatted(uid, kind);
    }

    private long trusted(String machine, String file) throws IOException, InterruptedException {
        return inMachine(machine, "cat " + file)
                .lines()
                .filter(line -> line.contains("BEGIN CERTIFICATE"))
                .count();
    }

    private void assertSignedWith(String keyType, String machine, String file) throws Exception {
        var pem = inMachine(machine, "cat " + file).strip();
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
        assertEquals(SIGNATURES.get(keyType), certificate.getSigAlgOID(), file);
    }

    @Test
    void etcd_goes_on_with_the_new_authority_of_another_type_and_then_without_the_old_one() throws Exception {
        up(ETCD);
        inMachine("controller-1", "etcdctl put fruit pear");
        for (var keyType : new String[] {"rsa-2048", "ed25519"}) {
            installation
                    .pki()
                    .post(authority("etcd") + "/rotate?keyType=" + keyType, "")
                    .expect(201);
            up(ETCD);
            Healthy.assertThrough(installation, "demo", 3, 1);
            for (var file : new String[] {"server", "peer", "client"}) {
                assertSignedWith(keyType, "controller-2", "/etc/etcd/ssl/%s-crt.pem".formatted(file));
            }
            assertEquals(2, trusted("controller-3", "/etc/etcd/ssl/ca-crt.pem"));

            // The certificates that were replaced are still good, so they have to be revoked.
            installation
                    .pki()
                    .post(authority("etcd") + "/retire?revoke=true", "")
                    .expect(204);
            up(ETCD);
            Healthy.assertThrough(installation, "demo", 3, 1);
            assertEquals(1, trusted("controller-3", "/etc/etcd/ssl/ca-crt.pem"));
        }
        assertTrue(inMachine("controller-3", "etcdctl get fruit").contains("pear"));
    }

    @Test
    @ExtendWith(NeedsArtifacts.class)
    void kubernetes_goes_on_with_new_authorities_of_another_type_and_then_without_the_old_ones() throws Exception {
        up(WHOLE);
        inMachine("controller-1", "kubectl create configmap fruit --from-literal=kind=pear");
        for (var keyType : new String[] {"rsa-2048", "ed25519"}) {
            for (var kind : new String[] {"kubernetes", "etcd", "front-proxy"}) {
                installation
                        .pki()
                        .post(authority(kind) + "/rotate?keyType=" + keyType, "")
                        .expect(201);
            }
            up(WHOLE);
            assertSignedWith(keyType, "controller-1", "/var/lib/kubernetes/ssl/apiserver-crt.pem");
            assertEquals(2, trusted("node-1", "/var/lib/kubernetes/ssl/ca-crt.pem"));

            for (var kind : new String[] {"kubernetes", "etcd", "front-proxy"}) {
                installation
                        .pki()
                        .post(authority(kind) + "/retire?revoke=true", "")
                        .expect(204);
            }
            up(WHOLE);
            assertEquals(1, trusted("node-1", "/var/lib/kubernetes/ssl/ca-crt.pem"));
            var nodes = inMachine("controller-1", "kubectl get nodes --no-headers");
            assertTrue(nodes.contains("node-1") && nodes.contains(" Ready"), nodes);
        }
        assertTrue(
                inMachine("controller-1", "kubectl get configmap fruit -o yaml").contains("pear"));
    }
}

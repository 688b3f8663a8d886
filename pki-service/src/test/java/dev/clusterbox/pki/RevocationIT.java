package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki.Client;
import dev.clusterbox.pki.RunningPki.Wish;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.keystore.KeyFolder;
import dev.clusterbox.pki.revocation.Cluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program, killed while it rotates, revokes and retires. */
final class RevocationIT {

    private static final int ROUNDS = 6;

    @TempDir
    Path state;

    private final Map<String, String> revoked = new HashMap<>();

    @Test
    void what_was_answered_holds_however_often_it_is_killed() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            var program = Program.start(state);
            var killer = Thread.ofVirtual().start(killing(program.process(), 500 + 170L * round));
            try {
                workUntilItIsGone(program.client());
            } catch (IOException e) {
                // It was killed.
            } finally {
                program.kill();
                killer.join();
            }
        }
        assertTrue(revoked.size() > ROUNDS, () -> "only %d answers".formatted(revoked.size()));
        assertAllHolds();
    }

    private static Runnable killing(Process process, long millis) {
        return () -> {
            try {
                Thread.sleep(millis);
                process.destroyForcibly();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void workUntilItIsGone(Client client) throws IOException, InterruptedException {
        var wish = new Wish(Cluster.NAME, "etcd-client", "CN=a,O=etcd", List.of());
        while (true) {
            var authority = client.put(Cluster.PATH).field("serial");
            for (int i = 0; i < 3; i++) {
                var serial = client.issue(wish, Requests.CSR).field("serial");
                var answer = client.postJson(
                        "%s/certificates/%s/revoke".formatted(Cluster.PATH, serial), "{\"reason\":\"superseded\"}");
                assertEquals(200, answer.status(), answer::body);
                revoked.put(serial, authority);
            }
            client.postJson("%s/rotate?from=%s".formatted(Cluster.PATH, authority), "");
            client.postJson(Cluster.PATH + "/retire?revoke=true", "");
        }
    }

    private void assertAllHolds() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var client = pki.client();
            var authorities = client.get(Cluster.PATH);
            var states = authorities.fields("state");
            var serials = authorities.fields("serial");
            assertEquals("signing", states.getFirst());
            assertEquals(1, states.stream().filter(it -> it.equals("signing")).count());
            var trusted = states.stream().filter(it -> !it.equals("retired")).count();
            // A key whose authority did not come to be is left alone.
            assertTrue(pki.bean(KeyFolder.class).ids().size() >= trusted);
            assertTrue(pki.bean(KeyFolder.class).ids().size() <= trusted + ROUNDS);
            for (var one : revoked.entrySet()) {
                assertTrue(serials.contains(one.getValue()));
                assertTrue(
                        list(client, one.getValue()).getRevokedCertificate(new BigInteger(one.getKey(), 16)) != null);
            }
            assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
        }
    }

    private static X509CRL list(Client client, String authority) throws Exception {
        var request = client.request("/crl/%s/%s.pem".formatted(Cluster.NAME, authority));
        var pem = client.send(request).body();
        return (X509CRL) CertificateFactory.getInstance("X.509")
                .generateCRL(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
}

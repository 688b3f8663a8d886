package dev.clusterbox.pki.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki;
import dev.clusterbox.pki.audit.AuditLog;
import dev.clusterbox.pki.keystore.KeyFolder;
import dev.clusterbox.pki.store.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of an old root. */
final class RetirementTest {

    @TempDir
    Path state;

    @TempDir
    Path folder;

    private RunningPki pki;
    private Cluster cluster;
    private String first;

    @BeforeEach
    void start() throws Exception {
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);
        first = cluster.authority("ec-p256");
    }

    @AfterEach
    void stop() {
        pki.close();
    }

    @Test
    void an_old_root_that_nobody_needs_loses_its_key_and_its_place() throws Exception {
        cluster.revoke(cluster.leaf("old"), "superseded");
        var second = rotate();
        assertEquals(204, retire("").status());

        assertEquals(1, pki.bean(KeyFolder.class).ids().size());
        assertEquals(List.of("signing", "retired"), states());
        assertEquals(
                cluster.client().get(Cluster.PATH).field("certificate"),
                cluster.client().get(Cluster.PATH + "/bundle").body());
        assertEquals(204, retire("").status(), "the second time changes nothing");
        assertEquals(204, retire("?generation=" + first).status());
        assertEquals(409, retire("?generation=" + second).status());
        assertEquals(404, retire("?generation=1").status());
        assertEquals(Optional.empty(), pki.bean(AuditLog.class).firstBroken());
    }

    @Test
    void certificates_in_use_are_in_the_way() throws Exception {
        var old = cluster.leaf("old");
        rotate();
        var refused = retire("");

        assertEquals(409, refused.status());
        assertTrue(refused.field("detail").contains("CN=old,O=etcd"), refused::body);
        assertEquals(List.of("signing", "superseded"), states());
        cluster.revoke(old, "superseded");
        assertEquals(204, retire("").status());
    }

    @Test
    void with_force_they_are_revoked_on_a_last_list_that_outlives_them() throws Exception {
        var revoked = cluster.leaf("old");
        rotate();
        cluster.leaf("young");
        assertEquals(204, retire("?revoke=true").status());
        var certificate = cluster.client().get(Cluster.PATH + "/certificates/" + revoked);
        assertTrue(certificate.body().contains("revokedAt"));
        cluster.putForward(Duration.ofDays(360));
        Files.write(folder.resolve("crl"), list());

        assertTrue(cluster.run("openssl crl -in crl -CAfile ca.pem -noout").contains("verify OK"));
        var text = cluster.run("openssl crl -in crl -noout -text");
        assertTrue(
                text.contains("Superseded")
                        && text.toUpperCase(java.util.Locale.ROOT).contains(revoked.toUpperCase(java.util.Locale.ROOT)),
                text);
        assertTrue(cluster.tryOut("openssl verify -crl_check -CRLfile crl -CAfile ca.pem old.pem")
                .output()
                .contains("certificate revoked"));
        var nextUpdate = cluster.run("openssl crl -in crl -noout -nextupdate").strip();
        var notAfter = cluster.run("openssl x509 -in old.pem -noout -enddate").strip();
        assertEquals(notAfter.split("=", -1)[1], nextUpdate.split("=", -1)[1]);
        assertEquals(List.of("signing", "retired"), states());
    }

    @Test
    void the_last_list_stays_over_a_restart_and_is_never_signed_again() throws Exception {
        rotate();
        retire("");
        var last = list();
        pki.close();
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);
        cluster.putForward(Duration.ofDays(30));

        assertEquals(List.of(last.length), List.of(list().length));
        assertEquals(1, pki.bean(KeyFolder.class).ids().size());
    }

    @Test
    void an_end_between_retiring_and_destroying_is_made_good_at_the_next_start() throws Exception {
        rotate();
        pki.bean(Database.class).write(connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE authority SET retired_at = '2026-01-01T00:00:00Z' WHERE superseded_at IS NOT NULL")) {
                return update.executeUpdate();
            }
        });
        assertEquals(2, pki.bean(KeyFolder.class).ids().size());
        pki.close();
        pki = RunningPki.on(state);
        cluster = new Cluster(pki, folder);

        assertEquals(1, pki.bean(KeyFolder.class).ids().size());
        cluster.leaf("young");
    }

    private String rotate() throws Exception {
        return cluster.client().postJson(Cluster.PATH + "/rotate", "").field("serial");
    }

    private RunningPki.Answer retire(String query) throws Exception {
        return cluster.client().postJson(Cluster.PATH + "/retire" + query, "");
    }

    private List<String> states() throws Exception {
        return cluster.client().get(Cluster.PATH).fields("state");
    }

    private byte[] list() throws Exception {
        var answer = cluster.fetch("/crl/%s/%s.crl".formatted(Cluster.NAME, first));
        assertEquals(200, answer.statusCode());
        return answer.body();
    }
}

package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.gateway.TestAuthority;
import dev.clusterbox.agent.operation.Outcome.Changed;
import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.v1.MakeCertificate;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {

    private static final String CERTIFICATE = "/etc/etcd/peer.pem";
    private static final String KEY = "/etc/etcd/peer-key.pem";

    private Bench bench;
    private Operation.Builder operation;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
        operation = Operation.newBuilder()
                .setMakeCertificate(MakeCertificate.newBuilder()
                        .setProfile("etcd-peer")
                        .setSubject("CN=controller-1,O=etcd")
                        .addNames("ip:192.168.56.11")
                        .addNames("dns:controller-1")
                        .setKeyPath(KEY)
                        .setCertificatePath(CERTIFICATE)
                        .setAuthorityPath("/etc/etcd/ca.pem")
                        .setAuthority(bench.authority.pem())
                        .setOwner("daemon"));
    }

    @Test
    void making_twice_changes_nothing_the_second_time() throws Exception {
        assertInstanceOf(Changed.class, bench.dryRun(operation));
        assertEquals(List.of(), bench.files());
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals(List.of("/etc/etcd/ca.pem", KEY, CERTIFICATE), bench.files());
        assertEquals("daemon", Files.getOwner(bench.at(KEY)).getName());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(bench.at(KEY))));
        assertInstanceOf(Unchanged.class, bench.run(operation));
        assertEquals(1, bench.requests.size());
    }

    @Test
    void the_order_of_the_subjects_parts_is_the_authoritys() throws Exception {
        bench.subject = "CN=controller-1,O=etcd";
        bench.run(operation);
        bench.subject = "O=etcd,CN=controller-1";
        Files.delete(bench.at(CERTIFICATE));
        bench.run(operation);
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    @Test
    void the_private_key_is_in_no_text() throws Exception {
        var outcome = bench.run(operation);
        assertFalse(outcome.toString().contains("PRIVATE"));
        assertFalse(outcome.toString().contains(bench.read(KEY).substring(40, 80)));
    }

    @Test
    void after_a_lost_answer_the_same_request_is_sent_again() throws Exception {
        bench.answerIsLost = true;
        assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals(List.of(), bench.files());
        bench.answerIsLost = false;
        bench.run(operation);
        assertArrayEquals(bench.requests.get(0), bench.requests.get(1));
        Files.delete(bench.at(CERTIFICATE));
        bench.run(operation);
        assertFalse(Arrays.equals(bench.requests.get(1), bench.requests.get(2)), "a new key after success");
    }

    @Test
    void it_is_made_anew_with_less_than_a_third_of_its_life_left() throws Exception {
        bench.life = Duration.ofDays(90);
        bench.run(operation);
        var before = bench.read(CERTIFICATE);
        bench.now = bench.now.plus(Duration.ofDays(59));
        assertInstanceOf(Unchanged.class, bench.run(operation));
        bench.now = bench.now.plus(Duration.ofDays(2));
        bench.life = Duration.ofDays(900);
        var again = assertInstanceOf(Changed.class, bench.run(operation));
        assertTrue(again.text().endsWith("less than a third of its life is left"), again.text());
        assertNotEquals(before, bench.read(CERTIFICATE));
    }

    @Test
    void it_is_made_anew_when_it_names_something_else() throws Exception {
        bench.run(operation);
        operation.getMakeCertificateBuilder().addNames("dns:localhost");
        bench.names = List.of("dns:controller-1", "dns:localhost", "ip:192.168.56.11");
        assertInstanceOf(Changed.class, bench.run(operation));
        operation.getMakeCertificateBuilder().setSubject("CN=other");
        bench.subject = "CN=other";
        assertInstanceOf(Changed.class, bench.run(operation));
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    @Test
    void it_is_made_anew_when_key_and_certificate_do_not_belong_together() throws Exception {
        bench.run(operation);
        var key = bench.read(KEY);
        Files.delete(bench.at(CERTIFICATE));
        bench.run(operation);
        Files.writeString(bench.at(KEY), key);
        assertInstanceOf(Changed.class, bench.run(operation));
        Files.writeString(bench.at(KEY), "rubbish");
        assertInstanceOf(Changed.class, bench.run(operation));
        Files.writeString(bench.at(CERTIFICATE), "rubbish");
        assertInstanceOf(Changed.class, bench.run(operation));
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    @Test
    void another_authority_makes_it_anew_and_is_checked() throws Exception {
        bench.run(operation);
        operation.getMakeCertificateBuilder().setAuthority(new TestAuthority("etcd").pem());
        var before = bench.read(CERTIFICATE);
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertTrue(e.problem().message().contains("another authority"), e.getMessage());
        assertEquals(before, bench.read(CERTIFICATE));
    }

    @Test
    void trust_is_handed_out_first_and_a_certificate_of_the_first_authority_made_then() throws Exception {
        bench.run(operation);
        var certificate = bench.read(CERTIFICATE);
        var fresh = new TestAuthority("etcd 2");
        var both = fresh.pem() + bench.authority.pem();
        operation.getMakeCertificateBuilder().setAuthority(both).setTrustOnly(true);

        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals(both, bench.read("/etc/etcd/ca.pem"));
        assertEquals(certificate, bench.read(CERTIFICATE), "the old one is kept");
        assertEquals(1, bench.requests.size());
        assertInstanceOf(Unchanged.class, bench.run(operation));

        bench.authority = fresh;
        operation.getMakeCertificateBuilder().setTrustOnly(false);
        assertInstanceOf(Changed.class, bench.run(operation));
        assertNotEquals(certificate, bench.read(CERTIFICATE));
        assertEquals(both, bench.read("/etc/etcd/ca.pem"));
        assertInstanceOf(Unchanged.class, bench.run(operation));

        operation.getMakeCertificateBuilder().setAuthority(fresh.pem());
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals(fresh.pem(), bench.read("/etc/etcd/ca.pem"), "the old one is retired");
        assertEquals(2, bench.requests.size());
    }

    @Test
    void whom_to_trust_alone_makes_nothing() throws Exception {
        operation.getMakeCertificateBuilder().setTrustOnly(true);
        assertInstanceOf(Unchanged.class, bench.run(operation));
        assertEquals(List.of(), bench.files());
        operation.getMakeCertificateBuilder().setAuthority("");
        assertThrows(ProblemException.class, () -> bench.run(operation));
        operation.getMakeCertificateBuilder().setAuthority(bench.authority.pem().repeat(17));
        assertThrows(ProblemException.class, () -> bench.run(operation));
    }

    @Test
    void a_certificate_with_more_names_than_wanted_is_not_installed() {
        bench.names = List.of("dns:controller-1", "dns:evil.example", "ip:192.168.56.11");
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertTrue(e.problem().message().contains("evil.example"), e.getMessage());
        assertFalse(Files.exists(bench.at(KEY)));
    }

    @Test
    void mode_and_owner_are_put_right_without_a_new_certificate() throws Exception {
        bench.run(operation);
        Files.setPosixFilePermissions(bench.at(KEY), PosixFilePermissions.fromString("rw-r--r--"));
        Files.delete(bench.at("/etc/etcd/ca.pem"));
        assertInstanceOf(Changed.class, bench.run(operation));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(bench.at(KEY))));
        assertEquals(bench.authority.pem(), bench.read("/etc/etcd/ca.pem"));
        assertEquals(1, bench.requests.size());
    }
}

package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Pem;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An authority of a cluster that runs is replaced; machines and pki-service are doubles. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RotationTest {

    private static final String YAML =
            "{name: turning, controllers: 3, nodes: 1, subnet: 127.0.61.0/24, through: etcd}";
    private static final String CERTIFICATE = "/etc/etcd/ssl/server-crt.pem";
    private static final int CERTIFICATES = 9;

    private final Installation installation = Installation.start();

    @AfterAll
    void end() {
        installation.close();
    }

    private String up() {
        var answer = installation.rest().up(YAML);
        assertEquals(202, answer.status(), answer.body());
        return answer.text("id");
    }

    private void upToTheEnd() {
        var end = installation.rest().awaitEnd(up());
        assertTrue(end.startsWith("operation-succeeded"), end);
    }

    private Set<List<X509Certificate>> trusted() {
        return installation.fleet.trustedAt(CERTIFICATE).stream()
                .map(Pem::certificates)
                .collect(Collectors.toSet());
    }

    private long issued(String authority) {
        return installation.pki.issued().stream()
                .filter(issued -> issued.authority().equals(authority))
                .count();
    }

    @Test
    void all_trust_the_new_authority_before_a_certificate_of_it_is_made_and_the_old_one_until_it_is_retired()
            throws InterruptedException {
        upToTheEnd();
        var authority = installation.rest().get("/v1/clusters/turning").text("uid") + ".etcd";
        var old = installation.pki.authority(authority);
        assertEquals(Set.of(List.of(old)), trusted());
        assertEquals(CERTIFICATES, issued(authority));

        var fresh = installation.pki.rotate(authority);
        // One machine that is slow to trust keeps all others from showing what it would not believe.
        var hold = installation.fleet.hold(
                "127.0.61.12", operation -> operation.getMakeCertificate().getTrustOnly());
        var told = installation.fleet.told().size();
        var operation = up();
        hold.awaitReached();
        assertEquals(CERTIFICATES, issued(authority));
        hold.release();
        assertTrue(installation.rest().awaitEnd(operation).startsWith("operation-succeeded"));

        assertEquals(Set.of(List.of(fresh, old)), trusted());
        assertEquals(2 * CERTIFICATES, issued(authority));
        var first = installation
                .fleet
                .told()
                .subList(told, installation.fleet.told().size())
                .stream()
                .filter(line -> line.startsWith("127.0.61.11 "))
                .filter(line -> line.endsWith(Operation.KindCase.MAKE_CERTIFICATE.name())
                        || line.endsWith(Operation.KindCase.RUN_UNIT.name()))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .toList();
        assertEquals(
                List.of(
                        "MAKE_CERTIFICATE",
                        "MAKE_CERTIFICATE",
                        "MAKE_CERTIFICATE",
                        "RUN_UNIT",
                        "MAKE_CERTIFICATE",
                        "MAKE_CERTIFICATE",
                        "MAKE_CERTIFICATE",
                        "RUN_UNIT"),
                first,
                "trust and a new start, then new certificates and a new start");

        upToTheEnd();
        assertEquals(2 * CERTIFICATES, issued(authority), "again changes nothing");

        installation.pki.retire(authority);
        upToTheEnd();
        assertEquals(Set.of(List.of(fresh)), trusted());
    }

    @Test
    void a_machine_that_does_not_learn_whom_to_trust_stops_the_rotation_and_the_next_up_goes_on() {
        var yaml = "{name: stuck, controllers: 1, nodes: 0, subnet: 127.0.62.0/24, through: etcd}";
        assertTrue(installation
                .rest()
                .awaitEnd(installation.rest().up(yaml).text("id"))
                .startsWith("operation-succeeded"));
        var authority = installation.rest().get("/v1/clusters/stuck").text("uid") + ".etcd";
        installation.pki.rotate(authority);
        installation.fleet.fail(
                "127.0.62.11",
                operation -> operation.getMakeCertificate().getTrustOnly(),
                "FAILED",
                "the disk is full",
                "");

        var end = installation.rest().awaitEnd(installation.rest().up(yaml).text("id"));
        assertTrue(end.startsWith("operation-failed"), end);
        assertEquals(3, issued(authority), "no certificate of the new one");

        assertTrue(installation
                .rest()
                .awaitEnd(installation.rest().up(yaml).text("id"))
                .startsWith("operation-succeeded"));
        assertEquals(6, issued(authority));
    }
}

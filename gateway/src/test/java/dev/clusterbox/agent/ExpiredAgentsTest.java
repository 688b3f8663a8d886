package dev.clusterbox.agent;

import static dev.clusterbox.agent.FirstContact.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.agent.v1.ExpiredCertificate;
import dev.clusterbox.fixture.AgentConnection.Credentials;
import dev.clusterbox.fixture.Certificates;
import dev.clusterbox.problem.Problem.Code;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The way back for an agent that slept past the end of its certificate, and who would like to use it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExpiredAgentsTest {

    private static final String ADDRESS = "127.0.70.11";

    private final FirstContact contact = new FirstContact();
    private final KeyPair keys = Certificates.newKeys();
    private final byte[] csr = Certificates.csr(keys);

    @AfterAll
    void end() {
        contact.close();
    }

    @AfterEach
    void putTheClockRight() {
        contact.clock.putForward(Duration.ZERO);
    }

    private String machine() {
        return contact.machine("controller-1", ADDRESS);
    }

    private EnrolRequest comeBack(String machine, Credentials old, KeyPair signer, byte[] newCsr) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer.getPrivate());
            signature.update(newCsr);
            return EnrolRequest.newBuilder()
                    .setMachine(machine)
                    .setCsr(ByteString.copyFrom(newCsr))
                    .setExpired(ExpiredCertificate.newBuilder()
                            .setCertificate(
                                    ByteString.copyFrom(old.chain().getFirst().getEncoded()))
                            .setSignature(ByteString.copyFrom(signature.sign())))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void an_agent_that_slept_comes_back_by_its_expired_certificate_even_if_the_answer_is_lost() {
        var machine = machine();
        var old = contact.enrolled(machine, ADDRESS);
        contact.clock.putForward(Duration.ofDays(90 + 89));
        var request = comeBack(machine, old, old.keys(), csr);

        var chain = contact.enrol(ADDRESS, request);

        assertEquals(keys.getPublic(), chain.getFirst().getPublicKey());
        assertNotEquals(old.chain(), chain);
        assertEquals(chain, contact.enrol(ADDRESS, request), "asked again with the same");
    }

    @Test
    void after_the_first_stream_with_the_new_key_the_expired_certificate_is_worth_nothing()
            throws InterruptedException {
        var machine = machine();
        var old = contact.enrolled(machine, ADDRESS);
        contact.clock.putForward(Duration.ofDays(91));
        var request = comeBack(machine, old, old.keys(), csr);
        var chain = contact.enrol(ADDRESS, request);
        try (var connection = contact.connect(ADDRESS, Optional.of(new Credentials(keys, chain)))) {
            contact.attend(connection, machine);

            contact.assertRefused(
                    Code.FORBIDDEN,
                    "the certificate's key is not this machine's",
                    () -> contact.enrol(ADDRESS, request));
        }
    }

    @Test
    void an_expired_certificate_is_refused_after_ninety_days() {
        var machine = machine();
        var old = contact.enrolled(machine, ADDRESS);
        contact.clock.putForward(Duration.ofDays(90 + 91));

        contact.assertRefused(
                Code.FORBIDDEN,
                "the certificate expired more than 90 days ago",
                () -> contact.enrol(ADDRESS, comeBack(machine, old, old.keys(), csr)));
    }

    @Test
    void an_expired_certificate_is_no_proof_without_its_key() {
        var machine = machine();
        var old = contact.enrolled(machine, ADDRESS);
        contact.assertRefused(
                Code.FORBIDDEN,
                "the request is not signed by the certificate's key",
                () -> contact.enrol(ADDRESS, comeBack(machine, old, keys, csr)));
        var good = comeBack(machine, old, old.keys(), csr);
        contact.assertRefused(
                Code.FORBIDDEN,
                "the request is not signed by the certificate's key",
                () -> contact.enrol(
                        ADDRESS,
                        good.toBuilder()
                                .setCsr(ByteString.copyFrom(Certificates.csr(Certificates.newKeys())))
                                .build()));
        for (var garbage : List.of(new byte[0], new byte[] {1, 2, 3})) {
            contact.assertRefused(
                    Code.FORBIDDEN,
                    "the request is not signed by the certificate's key",
                    () -> contact.enrol(
                            ADDRESS,
                            good.toBuilder()
                                    .setExpired(
                                            good.getExpired().toBuilder().setSignature(ByteString.copyFrom(garbage)))
                                    .build()));
        }
        contact.assertRefused(
                Code.FORBIDDEN, "from 127.0.70.12 (expected: 127.0.70.11)", () -> contact.enrol("127.0.70.12", good));
    }

    @Test
    void an_expired_certificate_of_somebody_else_is_no_proof() {
        var machine = machine();
        var old = contact.enrolled(machine, ADDRESS);
        var other = contact.machine("controller-2", ADDRESS);
        var others = contact.enrolled(other, ADDRESS);
        contact.assertRefused(
                Code.FORBIDDEN,
                "the certificate's key is not this machine's",
                () -> contact.enrol(ADDRESS, comeBack(machine, others, others.keys(), csr)));

        var forger = Certificates.newKeys();
        var forged =
                Certificates.issue(forger, contact.authority(), "CN=" + machine + ",O=clusterbox:agents", old.keys());
        contact.assertRefused(
                Code.FORBIDDEN,
                "the expired certificate is not of this installation",
                () -> contact.enrol(
                        ADDRESS, comeBack(machine, new Credentials(old.keys(), List.of(forged)), old.keys(), csr)));

        contact.machines.removeCluster("demo");
        contact.assertRefused(
                Code.FORBIDDEN,
                "the machine is not known",
                () -> contact.enrol(ADDRESS, comeBack(machine, old, old.keys(), csr)));
    }
}

package dev.clusterbox.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.FetchRequest;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.agent.v1.Report;
import dev.clusterbox.agent.v1.SignRequest;
import dev.clusterbox.agent.v1.SwapOff;
import dev.clusterbox.fixture.AgentConnection.Credentials;
import dev.clusterbox.fixture.Certificates;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.Pem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.Problems;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.storage.Secrets;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Everything but first contact wants the certificate of a machine that is in the inventory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AgentPeerTest {

    private static final String ADDRESS = "127.0.70.11";

    private final FirstContact contact = new FirstContact();

    @AfterAll
    void end() {
        contact.close();
    }

    private static SignRequest sign(String profile, KeyPair keys) {
        return SignRequest.newBuilder()
                .setProfile(profile)
                .setCsr(ByteString.copyFrom(Certificates.csr(keys)))
                .build();
    }

    /** Attend, Sign and Fetch, one after the other. */
    private void assertNothingOpens(Code code, String why, Optional<Credentials> credentials) {
        try (var connection = contact.connect(ADDRESS, credentials)) {
            contact.assertRefused(
                    code, why, () -> connection.calls().sign(sign("etcd-server", Certificates.newKeys())));
            contact.assertRefused(
                    code,
                    why,
                    () -> connection
                            .calls()
                            .fetch(FetchRequest.getDefaultInstance())
                            .hasNext());
            contact.assertRefused(code, why, () -> {
                var stream = FirstContact.open(connection);
                throw Problems.toStatus(stream.next().end().orElseThrow());
            });
        }
    }

    @Test
    void nothing_opens_without_a_client_certificate() {
        assertNothingOpens(Code.UNAUTHENTICATED, "no client certificate", Optional.empty());
    }

    @Test
    void a_certificate_of_another_authority_does_not_even_get_a_connection() {
        var machine = contact.machine("controller-1", ADDRESS);
        var keys = Certificates.newKeys();
        contact.enrolled(machine, ADDRESS, keys);
        var before = contact.installation.inventory();
        var otherKeys = Certificates.newKeys();
        var other = Certificates.authority("installation", otherKeys);
        var forged = Certificates.issue(otherKeys, other, "CN=" + machine + ",O=clusterbox:agents", keys);
        try (var connection = contact.connect(ADDRESS, Optional.of(new Credentials(keys, List.of(forged))))) {
            var e = assertThrows(
                    StatusRuntimeException.class, () -> connection.calls().sign(sign("etcd-server", keys)));
            assertEquals(Code.UNAVAILABLE, Problems.fromStatus(e).code(), e.toString());
        }
        assertEquals(before, contact.installation.inventory());
    }

    @Test
    void an_expired_certificate_does_not_get_a_connection() {
        var machine = contact.machine("controller-1", ADDRESS);
        contact.installation.pki.life(java.time.Duration.ofMinutes(-1));
        var credentials = contact.enrolled(machine, ADDRESS);
        contact.installation.pki.life(java.time.Duration.ofDays(90));
        try (var connection = contact.connect(ADDRESS, Optional.of(credentials))) {
            var e = assertThrows(
                    StatusRuntimeException.class,
                    () -> connection.calls().sign(sign("etcd-server", Certificates.newKeys())));
            assertEquals(Code.UNAVAILABLE, Problems.fromStatus(e).code(), e.toString());
        }
    }

    @Test
    void a_machine_that_was_removed_is_out() {
        var machine = contact.machine("controller-1", ADDRESS);
        var credentials = contact.enrolled(machine, ADDRESS);
        contact.machines.removeCluster("demo");

        assertNothingOpens(Code.FORBIDDEN, "the machine is not in the inventory", Optional.of(credentials));
    }

    @Test
    void a_machine_whose_key_has_changed_is_out_with_the_old_one() {
        var machine = contact.machine("controller-1", ADDRESS);
        var old = contact.enrolled(machine, ADDRESS);
        contact.enrolled(machine, ADDRESS);

        assertNothingOpens(Code.FORBIDDEN, "the machine is known by another key", Optional.of(old));
    }

    @Test
    void a_certificate_of_ours_that_is_no_machines_is_out() {
        var keys = Certificates.newKeys();
        var chain = signedByInstallation("CN=gateway", keys);
        assertNothingOpens(
                Code.FORBIDDEN, "the machine is not in the inventory", Optional.of(new Credentials(keys, chain)));
        var nameless = signedByInstallation("O=clusterbox:agents", keys);
        assertNothingOpens(Code.FORBIDDEN, "has no common name", Optional.of(new Credentials(keys, nameless)));
    }

    /** The authority's own word for somebody who is not in the inventory. */
    private List<java.security.cert.X509Certificate> signedByInstallation(String subject, KeyPair keys) {
        try {
            return Pem.certificates(contact.installation
                    .bean(PkiClient.class)
                    .sign(
                            new PkiClient.Identity("installation", "service", subject, List.of()),
                            Certificates.csr(keys),
                            "test")
                    .chain());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_role_gets_its_certificates_and_no_others() {
        var controller = contact.enrolled(contact.machine("controller-1", ADDRESS), ADDRESS);
        var node = contact.enrolled(contact.machine("node-1", "127.0.70.21"), "127.0.70.21");
        var keys = Certificates.newKeys();
        try (var connection = contact.connect(ADDRESS, Optional.of(controller))) {
            var signed = connection.calls().sign(sign("etcd-server", keys));
            var certificate = Pem.certificates(signed.getCertificateChain()).getFirst();
            assertEquals(
                    "CN=controller-1,O=etcd",
                    certificate.getSubjectX500Principal().getName());
            assertEquals(keys.getPublic(), certificate.getPublicKey());
            for (var profile :
                    List.of("gateway", "signer", "user", "service", "", "etcd-server\nfoo", "kubelet-client")) {
                contact.assertRefused(
                        Code.FORBIDDEN,
                        "a controller may not have a certificate",
                        () -> connection.calls().sign(sign(profile, keys)));
            }
            contact.assertRefused(
                    Code.INVALID,
                    "CSR: its signature is not by its key",
                    () -> connection
                            .calls()
                            .sign(SignRequest.newBuilder()
                                    .setProfile("etcd-server")
                                    .setCsr(ByteString.copyFrom(Certificates.csr(keys, Certificates.newKeys(), "")))
                                    .build()));
        }
        try (var connection = contact.connect("127.0.70.21", Optional.of(node))) {
            contact.assertRefused(
                    Code.FORBIDDEN,
                    "a node may not have a certificate 'etcd-server'",
                    () -> connection.calls().sign(sign("etcd-server", keys)));
        }
    }

    @Test
    void a_machine_renews_its_certificate_and_the_old_one_is_good_until_the_new_one_is_used()
            throws InterruptedException {
        var machine = contact.machine("controller-1", ADDRESS);
        var old = contact.enrolled(machine, ADDRESS);
        var newKeys = Certificates.newKeys();
        var request = sign("agent", newKeys);
        try (var connection = contact.connect(ADDRESS, Optional.of(old))) {
            var older = contact.attend(connection, machine);
            var chain = connection.calls().sign(request).getCertificateChain();
            assertEquals(chain, connection.calls().sign(request).getCertificateChain(), "the answer was lost");
            connection.calls().sign(sign("etcd-server", Certificates.newKeys()));
            var renewed = new Credentials(newKeys, Pem.certificates(chain));
            try (var next = contact.connect(ADDRESS, Optional.of(renewed))) {
                FirstContact.open(next).reports().onNext(FirstContact.hello());
                assertEquals(Code.CONFLICT, older.next().end().orElseThrow().code(), "by now the newer one is open");
            }
        }
        assertNothingOpens(Code.FORBIDDEN, "the machine is known by another key", Optional.of(old));
    }

    @Test
    void a_newer_stream_ends_the_older_one() throws InterruptedException {
        var machine = contact.machine("controller-1", ADDRESS);
        var credentials = contact.enrolled(machine, ADDRESS);
        try (var one = contact.connect(ADDRESS, Optional.of(credentials));
                var other = contact.connect(ADDRESS, Optional.of(credentials))) {
            var older = contact.attend(one, machine);
            contact.attend(other, machine);

            var end = older.next().end().orElseThrow();
            assertEquals(Code.CONFLICT, end.code());
            assertTrue(contact.agents.isConnected(machine), "by the newer one");
        }
    }

    @Test
    void an_outcome_counts_only_from_the_machine_that_was_told() throws Exception {
        var machine = contact.machine("controller-1", ADDRESS);
        var other = contact.machine("controller-2", "127.0.70.12");
        var credentials = contact.enrolled(machine, ADDRESS);
        var others = contact.enrolled(other, "127.0.70.12");
        try (var connection = contact.connect(ADDRESS, Optional.of(credentials));
                var attacker = contact.connect("127.0.70.12", Optional.of(others))) {
            var stream = contact.attend(connection, machine);
            var attack = contact.attend(attacker, other);
            var running = CompletableFuture.supplyAsync(() -> run(machine));
            var command = stream.next().command().orElseThrow();

            attack.reports().onNext(outcome(command.getId(), 0, "forged"));
            awaitRead(attack);
            assertFalse(running.isDone(), "the forged outcome does not count");
            stream.reports().onNext(outcome(command.getId(), 1, "out of order"));
            stream.reports().onNext(outcome(command.getId(), 0, "first"));
            stream.reports().onNext(outcome(command.getId(), 0, "again"));
            stream.reports().onNext(outcome(command.getId(), 1, "second"));

            assertEquals(
                    List.of("first", "second"),
                    running.get().stream().map(Outcome::getChanged).toList());
        }
    }

    /** An empty report is logged: what came before it on the same stream has been looked at by then. */
    private static void awaitRead(FirstContact.Stream stream) throws InterruptedException {
        try (var log = new LogCapture()) {
            stream.reports().onNext(Report.getDefaultInstance());
            log.await("an empty report");
        }
    }

    private List<Outcome> run(String machine) {
        try {
            var swapOff = Operation.newBuilder()
                    .setSwapOff(SwapOff.getDefaultInstance())
                    .build();
            return contact.agents.run(machine, "controller-1", List.of(swapOff, swapOff));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Report outcome(String command, int operation, String changed) {
        return Report.newBuilder()
                .setOutcome(Outcome.newBuilder()
                        .setCommand(command)
                        .setOperation(operation)
                        .setChanged(changed))
                .build();
    }

    @Test
    void an_artifact_comes_by_its_checksum_and_nothing_else_does() throws IOException {
        var credentials = contact.enrolled(contact.machine("controller-1", ADDRESS), ADDRESS);
        var content = new byte[300_000];
        new Random(1).nextBytes(content);
        var sha256 = Secrets.hash(content);
        var store = contact.installation.state().resolve("artifacts");
        Files.createDirectories(store);
        Files.write(store.resolve(sha256), content);
        Files.writeString(contact.installation.state().resolve("secret"), "secret");
        try (var connection = contact.connect(ADDRESS, Optional.of(credentials))) {
            var bytes = new ByteArrayOutputStream();
            var chunks = connection
                    .calls()
                    .fetch(FetchRequest.newBuilder().setSha256(sha256).build());
            while (chunks.hasNext()) {
                chunks.next().getData().writeTo(bytes);
            }
            assertArrayEquals(content, bytes.toByteArray());

            var refused = new ArrayList<Code>();
            var wrong =
                    List.of("../secret", "", sha256.toUpperCase(java.util.Locale.ROOT), "0".repeat(64), "/etc/passwd");
            for (var name : wrong) {
                var e = assertThrows(
                        StatusRuntimeException.class,
                        () -> connection
                                .calls()
                                .fetch(FetchRequest.newBuilder().setSha256(name).build())
                                .hasNext());
                refused.add(Problems.fromStatus(e).code());
            }
            assertEquals(wrong.stream().map(name -> Code.NOT_FOUND).toList(), refused);
        }
    }
}

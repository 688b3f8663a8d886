package dev.clusterbox.agent;

import static dev.clusterbox.agent.FirstContact.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.fixture.AgentConnection.Credentials;
import dev.clusterbox.fixture.Certificates;
import dev.clusterbox.problem.Problem.Code;
import io.grpc.StatusRuntimeException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** First contact, and who tries to make it in another's place. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnrolmentTest {

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

    @Test
    void a_token_gets_a_certificate_that_names_the_machine_whatever_was_asked_for() {
        var machine = machine();
        var certificate = contact.enrol(
                        ADDRESS,
                        request(
                                machine,
                                contact.machines.mintToken(machine),
                                Certificates.csr(keys, keys, "CN=" + machine)))
                .getFirst();

        assertEquals(
                "O=clusterbox:agents,CN=" + machine,
                reversed(certificate.getSubjectX500Principal().getName()));
        assertEquals(keys.getPublic(), certificate.getPublicKey());
        assertEquals(Optional.empty(), Optional.ofNullable(altNames(certificate)));
    }

    /** RFC 2253 writes the last part first. */
    private static String reversed(String name) {
        return String.join(",", List.of(name.split(",", -1)).reversed());
    }

    private static Object altNames(X509Certificate certificate) {
        try {
            return certificate.getSubjectAlternativeNames();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void an_answer_that_was_lost_is_given_again() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        var first = contact.enrol(ADDRESS, request(machine, token, csr));

        assertEquals(first, contact.enrol(ADDRESS, request(machine, token, csr)));
        contact.clock.putForward(Duration.ofHours(1));
        assertEquals(first, contact.enrol(ADDRESS, request(machine, token, csr)), "a spent token does not expire");
        assertEquals(
                first,
                contact.enrol(ADDRESS, request(machine, token, Certificates.csr(keys))),
                "the key decides, not the signature over it");
    }

    @Test
    void a_token_is_spent_by_the_first_key() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        contact.enrol(ADDRESS, request(machine, token, csr));

        contact.assertRefused(
                Code.FORBIDDEN,
                "the token was used with another key",
                () -> contact.enrol(ADDRESS, request(machine, token, Certificates.csr(Certificates.newKeys()))));
    }

    @Test
    void of_many_keys_that_come_at_once_one_wins() throws Exception {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> attempt = () -> {
                try {
                    contact.enrol(ADDRESS, request(machine, token, Certificates.csr(Certificates.newKeys())));
                    return true;
                } catch (StatusRuntimeException e) {
                    return false;
                }
            };
            var attempts = executor.invokeAll(
                    IntStream.range(0, 8).mapToObj(i -> attempt).toList());
            int won = 0;
            for (var result : attempts) {
                won += result.get() ? 1 : 0;
            }
            assertEquals(1, won);
        }
    }

    @Test
    void an_expired_token_is_refused() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        contact.clock.putForward(MachineStore.TOKEN_LIFE.plusSeconds(1));

        contact.assertRefused(
                Code.FORBIDDEN, "the token has expired", () -> contact.enrol(ADDRESS, request(machine, token, csr)));
    }

    @Test
    void another_machines_token_is_refused() {
        var machine = machine();
        var other = contact.machine("controller-2", ADDRESS);
        var token = contact.machines.mintToken(other);

        contact.assertRefused(
                Code.FORBIDDEN,
                "the token is another machine's",
                () -> contact.enrol(ADDRESS, request(machine, token, csr)));
    }

    @Test
    void a_token_from_another_address_is_refused() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);

        contact.assertRefused(
                Code.FORBIDDEN,
                "from 127.0.70.12 (expected: 127.0.70.11)",
                () -> contact.enrol("127.0.70.12", request(machine, token, csr)));
    }

    @Test
    void unknown_machines_and_tokens_are_refused() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);

        contact.assertRefused(
                Code.FORBIDDEN,
                "the machine is not known",
                () -> contact.enrol(ADDRESS, request(UUID.randomUUID().toString(), token, csr)));
        for (var wrong : List.of("", "x", token + "x", token.toLowerCase(java.util.Locale.ROOT), "' OR 1=1 --")) {
            contact.assertRefused(
                    Code.FORBIDDEN,
                    "the token is not known",
                    () -> contact.enrol(ADDRESS, request(machine, wrong, csr)));
        }
    }

    @Test
    void a_token_is_worth_nothing_after_the_first_stream() throws InterruptedException {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        var unused = contact.machines.mintToken(machine);
        var chain = contact.enrol(ADDRESS, request(machine, token, csr));
        try (var connection = contact.connect(ADDRESS, Optional.of(new Credentials(keys, chain)))) {
            contact.attend(connection, machine);

            for (var replayed : List.of(token, unused)) {
                contact.assertRefused(
                        Code.FORBIDDEN,
                        "the token is not known",
                        () -> contact.enrol(ADDRESS, request(machine, replayed, csr)));
            }
        }
    }

    @Test
    void a_new_seed_replaces_the_key_and_the_old_token_is_no_way_back() {
        var machine = machine();
        var old = contact.machines.mintToken(machine);
        var first = contact.enrol(ADDRESS, request(machine, old, csr));
        var fresh = contact.machines.mintToken(machine);
        var newKeys = Certificates.newKeys();
        var second = contact.enrol(ADDRESS, request(machine, fresh, Certificates.csr(newKeys)));

        assertNotEquals(first, second);
        contact.assertRefused(
                Code.FORBIDDEN,
                "the token was used with another key",
                () -> contact.enrol(ADDRESS, request(machine, old, csr)));
    }

    @Test
    void a_replaced_machine_is_unknown() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        machine();

        contact.assertRefused(
                Code.FORBIDDEN, "the token is not known", () -> contact.enrol(ADDRESS, request(machine, token, csr)));
    }

    @Test
    void requests_that_are_none_are_refused() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        contact.assertRefused(
                Code.INVALID,
                "CSR: its signature is not by its key",
                () -> contact.enrol(
                        ADDRESS, request(machine, token, Certificates.csr(keys, Certificates.newKeys(), ""))));
        contact.assertRefused(
                Code.INVALID,
                "CSR: 16385 bytes (expected: 1 to 16384)",
                () -> contact.enrol(ADDRESS, request(machine, token, new byte[16 * 1024 + 1])));
        contact.assertRefused(
                Code.INVALID, "CSR: 0 bytes", () -> contact.enrol(ADDRESS, request(machine, token, new byte[0])));
        contact.assertRefused(
                Code.INVALID,
                "CSR: not a",
                () -> contact.enrol(ADDRESS, request(machine, token, new byte[] {0x30, 0x03, 0x02, 0x01, 0x00})));
        contact.assertRefused(
                Code.INVALID,
                "no proof",
                () -> contact.enrol(
                        ADDRESS,
                        EnrolRequest.newBuilder()
                                .setMachine(machine)
                                .setCsr(ByteString.copyFrom(csr))
                                .build()));
    }

    @Test
    void a_message_of_many_megabytes_is_not_even_read() {
        var machine = machine();
        var token = contact.machines.mintToken(machine);
        var before = contact.installation.inventory();

        assertThrows(
                StatusRuntimeException.class,
                () -> contact.enrol(ADDRESS, request(machine, token, new byte[2 * 1024 * 1024])));
        assertEquals(before, contact.installation.inventory());
    }

    @Test
    void what_a_machine_calls_itself_does_not_get_into_the_log_as_it_is() {
        contact.assertRefused(
                Code.FORBIDDEN,
                "the token is not known",
                () -> contact.enrol(ADDRESS, request("x\nERROR root: all is lost \u001b[2J", "t", csr)));
        try (var log = new dev.clusterbox.fixture.LogCapture()) {
            assertThrows(
                    StatusRuntimeException.class,
                    () -> contact.enrol(ADDRESS, request("x\nERROR \u001b[2J", "t", csr)));
            assertTrue(log.has("enrolment of 'x?ERROR ?[2J' from 127.0.70.11 refused"), "" + log.lines());
        }
    }

    @Test
    void a_hidden_machine_must_run_says_its_provider() {
        var machine = UUID.randomUUID().toString();
        contact.machines.register(machine, "demo", "node-1", Optional.empty());
        var token = contact.machines.mintToken(machine);
        contact.assertRefused(
                Code.FORBIDDEN,
                "the machine does not run, says its provider",
                () -> contact.enrol(ADDRESS, request(machine, token, csr)));
        contact.installation.vm.hide("demo-node-1", machine, "STOPPED");
        contact.assertRefused(
                Code.FORBIDDEN,
                "the machine does not run, says its provider",
                () -> contact.enrol(ADDRESS, request(machine, token, csr)));
        contact.installation.vm.hide("demo-node-1", UUID.randomUUID().toString(), "RUNNING");
        contact.assertRefused(
                Code.FORBIDDEN,
                "the machine does not run, says its provider",
                () -> contact.enrol(ADDRESS, request(machine, token, csr)));

        contact.installation.vm.hide("demo-node-1", machine, "RUNNING");
        assertEquals(
                1, contact.enrol("127.0.99.99", request(machine, token, csr)).size(), "from anywhere");
    }

    @Test
    void who_has_no_token_of_a_hidden_machine_does_not_make_us_ask_its_provider() {
        var machine = UUID.randomUUID().toString();
        contact.machines.register(machine, "demo", "node-2", Optional.empty());
        int asked = contact.installation.vm.requests().size();

        contact.assertRefused(
                Code.FORBIDDEN,
                "the token is not known",
                () -> contact.enrol(ADDRESS, request(machine, "guessed", csr)));
        assertEquals(asked, contact.installation.vm.requests().size());
        assertFalse(contact.installation.rows("SELECT id FROM machines").isEmpty());
    }
}

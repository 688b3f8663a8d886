package dev.clusterbox.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.gateway.TestAuthority;
import dev.clusterbox.agent.gateway.TestGateway;
import dev.clusterbox.agent.identity.MachineClock;
import dev.clusterbox.agent.operation.Confinement;
import dev.clusterbox.agent.operation.OperationParser;
import dev.clusterbox.agent.process.LocalProcesses;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.ExpiredCertificate;
import dev.clusterbox.agent.v1.Hello;
import dev.clusterbox.agent.v1.InstallBinary;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.agent.v1.WriteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's life against a gateway with real TLS, on the loopback interface. */
class LinkTest {

    private static final long SOON = 15;

    private final List<Thread> agents = new ArrayList<>();
    private TestGateway gateway;
    private Path root;
    private volatile Duration ahead = Duration.ZERO;

    @BeforeEach
    void begin(@TempDir Path root) throws IOException {
        this.root = root;
        gateway = new TestGateway();
    }

    @AfterEach
    void end() throws InterruptedException {
        for (var agent : agents) {
            agent.interrupt();
            agent.join();
        }
        gateway.close();
    }

    private void plant(String machine, String token) throws IOException {
        var seed = root.resolve("var/lib/clusterbox/seed.properties");
        Files.createDirectories(seed.getParent());
        Files.writeString(seed, gateway.seed(machine, token, "shared"));
    }

    private Thread start() {
        InstantSource clock = () -> Instant.now().plus(ahead);
        var processes = new LocalProcesses();
        var link = new Link(
                root,
                processes,
                new MachineClock(clock, processes),
                new OperationParser(Confinement.read(Path.of("src/main/image/etc/clusterbox/allowed.properties"))),
                Hello.newBuilder().setAgentVersion("test").setBootId("boot").build());
        var agent = Thread.ofPlatform().name("agent").start(() -> {
            try {
                link.run();
            } catch (InterruptedException e) {
                // The test is over.
            }
        });
        agents.add(agent);
        return agent;
    }

    private void attends() throws InterruptedException {
        assertNotNull(gateway.hellos.poll(SOON, TimeUnit.SECONDS), "the agent attends");
    }

    private void doesNotAttend() throws InterruptedException {
        assertNull(gateway.hellos.poll(1500, TimeUnit.MILLISECONDS));
    }

    private Outcome outcome() throws InterruptedException {
        var outcome = gateway.outcomes.poll(SOON, TimeUnit.SECONDS);
        assertNotNull(outcome, "an outcome");
        return outcome;
    }

    private static Operation writing(String path) {
        return Operation.newBuilder()
                .setWriteFile(WriteFile.newBuilder().setPath(path).setContent(ByteString.copyFromUtf8("x")))
                .build();
    }

    private static Operation waiting(int port) {
        return Operation.newBuilder()
                .setAwaitPort(AwaitPort.newBuilder()
                        .setAddress("127.0.0.1")
                        .setPort(port)
                        .setTimeoutSeconds(3600))
                .build();
    }

    private static Command command(String id, Operation... operations) {
        return Command.newBuilder()
                .setId(id)
                .addAllOperations(List.of(operations))
                .build();
    }

    @Test
    void a_machine_with_a_seed_enrols_attends_and_carries_out_commands_in_order() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.send(command("c", writing("/etc/etcd/a"), writing("/etc/etcd/a"), writing("/etc/etcd/b")));
        assertEquals(Outcome.ResultCase.CHANGED, outcome().getResultCase());
        assertEquals(Outcome.ResultCase.UNCHANGED, outcome().getResultCase());
        assertEquals(2, outcome().getOperation());
        var key = root.resolve("var/lib/clusterbox/agent/agent.pem");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    }

    @Test
    void a_machine_without_a_seed_waits_for_one() throws Exception {
        start();
        doesNotAttend();
        plant("m-1", TestGateway.TOKEN);
        attends();
    }

    @Test
    void a_refused_token_is_tried_again_when_a_new_seed_is_planted() throws Exception {
        plant("m-1", "wrong");
        start();
        doesNotAttend();
        assertTrue(gateway.enrolments.size() > 1);
        plant("m-1", TestGateway.TOKEN);
        attends();
    }

    @Test
    void after_a_lost_answer_the_same_key_and_request_are_shown_again() throws Exception {
        gateway.behaviour.loseNextEnrolAnswer = true;
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        assertEquals(2, gateway.enrolments.size());
        assertEquals(gateway.enrolments.get(0), gateway.enrolments.get(1));
    }

    @Test
    void an_agent_that_was_killed_before_the_answer_shows_the_same_key() throws Exception {
        gateway.behaviour.token = "later";
        plant("m-1", TestGateway.TOKEN);
        var first = start();
        doesNotAttend();
        first.interrupt();
        first.join();
        gateway.behaviour.token = TestGateway.TOKEN;
        start();
        attends();
        assertEquals(
                gateway.enrolments.getFirst().getCsr(),
                gateway.enrolments.getLast().getCsr());
    }

    @Test
    void a_started_again_agent_attends_without_enrolling_again() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        var first = start();
        attends();
        first.interrupt();
        first.join();
        Files.delete(root.resolve("var/lib/clusterbox/seed.properties"));
        start();
        attends();
        assertEquals(1, gateway.enrolments.size());
    }

    @Test
    void a_cloned_disk_starts_over_with_a_new_key() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        var first = start();
        attends();
        first.interrupt();
        first.join();
        plant("m-2", TestGateway.TOKEN);
        start();
        attends();
        assertEquals("m-2", gateway.enrolments.getLast().getMachine());
        assertNotEquals(
                TestAuthority.keyOf(gateway.enrolments.getFirst().getCsr().toByteArray()),
                TestAuthority.keyOf(gateway.enrolments.getLast().getCsr().toByteArray()));
    }

    @Test
    void a_lost_stream_is_taken_up_again_soon() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.endStreams();
        long start = System.nanoTime();
        attends();
        assertTrue(System.nanoTime() - start < Duration.ofSeconds(3).toNanos());
    }

    @Test
    void a_gateway_that_was_killed_and_comes_back_finds_its_agents() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        int port = gateway.port();
        gateway.close();
        gateway = new TestGateway(gateway.authority(), gateway.cluster(), "gateway.clusterbox.internal", port);
        attends();
        gateway.send(command("c", writing("/etc/etcd/a")));
        assertTrue(outcome().hasChanged());
    }

    @Test
    void a_gateway_with_another_name_is_refused() throws Exception {
        var authority = gateway.authority();
        gateway.close();
        gateway = new TestGateway(authority, gateway.cluster(), "gateway.example.org", 0);
        plant("m-1", TestGateway.TOKEN);
        start();
        doesNotAttend();
        assertEquals(List.of(), gateway.enrolments);
    }

    @Test
    void a_gateway_of_another_authority_does_not_get_the_token() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        int port = gateway.port();
        gateway.close();
        gateway = new TestGateway(
                new TestAuthority("installation"), gateway.cluster(), "gateway.clusterbox.internal", port);
        start();
        doesNotAttend();
        assertEquals(List.of(), gateway.enrolments);
    }

    @Test
    void a_newer_command_ends_one_that_waits() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        int port = gateway.port();
        gateway.send(command("old", waiting(port == 1 ? 2 : 1), writing("/etc/etcd/never")));
        Thread.sleep(300);
        gateway.send(command("new", writing("/etc/etcd/new")));
        var old = outcome();
        assertEquals("old", old.getCommand());
        assertEquals("UNAVAILABLE", old.getFailed().getCode());
        var next = outcome();
        assertEquals("new", next.getCommand());
        assertTrue(next.hasChanged());
        assertFalse(Files.exists(root.resolve("etc/etcd/never")));
    }

    @Test
    void the_first_failure_ends_a_command_and_a_forbidden_part_changes_nothing() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.send(command("c", writing("/etc/etcd/a"), writing("/etc/shadow"), writing("/etc/etcd/b")));
        var refused = outcome();
        assertEquals(1, refused.getOperation());
        assertEquals("FORBIDDEN", refused.getFailed().getCode());
        assertNull(gateway.outcomes.poll(300, TimeUnit.MILLISECONDS));
        assertFalse(Files.exists(root.resolve("etc/etcd/a")));
    }

    @Test
    void a_dry_run_changes_nothing() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.send(command("c", writing("/etc/etcd/a"), waiting(1)).toBuilder()
                .setDryRun(true)
                .build());
        assertTrue(outcome().getChanged().startsWith("would have written"));
        assertTrue(outcome().hasUnchanged());
        assertFalse(Files.exists(root.resolve("etc/etcd/a")));
    }

    @Test
    void an_artifact_comes_over_the_same_connection() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        var content = new byte[1_000_000];
        content[7] = 1;
        gateway.send(command(
                "c",
                Operation.newBuilder()
                        .setInstallBinary(InstallBinary.newBuilder()
                                .setPath("/usr/local/bin/etcd")
                                .setSha256(gateway.artifact(content)))
                        .build()));
        assertTrue(outcome().hasChanged());
        assertEquals(-1, Arrays.mismatch(content, Files.readAllBytes(root.resolve("usr/local/bin/etcd"))));
    }

    @Test
    void the_certificate_is_renewed_with_a_new_key_at_two_thirds_of_its_life() throws Exception {
        gateway.behaviour.certificateLife = Duration.ofSeconds(6);
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.behaviour.certificateLife = Duration.ofDays(90);
        var deadline = System.nanoTime() + Duration.ofSeconds(SOON).toNanos();
        while (gateway.signatures.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertEquals(1, gateway.signatures.size());
        assertEquals("agent", gateway.signatures.getFirst().getProfile());
        assertNotEquals(
                TestAuthority.keyOf(gateway.enrolments.getFirst().getCsr().toByteArray()),
                TestAuthority.keyOf(gateway.signatures.getFirst().getCsr().toByteArray()));
        gateway.endStreams();
        attends();
        assertEquals(1, gateway.enrolments.size());
    }

    @Test
    void after_a_long_sleep_the_expired_certificate_is_the_way_back() throws Exception {
        gateway.behaviour.certificateLife = Duration.ofMinutes(10);
        plant("m-1", TestGateway.TOKEN);
        var first = start();
        attends();
        first.interrupt();
        first.join();
        // Only the agent believes it is tomorrow; TLS goes by the real clock.
        ahead = Duration.ofDays(1);
        gateway.behaviour.certificateLife = Duration.ofDays(90);
        start();
        attends();
        var back = gateway.enrolments.getLast();
        assertTrue(back.hasExpired());
        assertTrue(isSignedByTheExpired(back.getExpired(), back.getCsr()));
    }

    private static boolean isSignedByTheExpired(ExpiredCertificate expired, ByteString csr) throws Exception {
        var certificate = CertificateFactory.getInstance("X.509")
                .generateCertificate(expired.getCertificate().newInput());
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(certificate.getPublicKey());
        signature.update(csr.toByteArray());
        return signature.verify(expired.getSignature().toByteArray());
    }

    @Test
    void a_refused_certificate_with_a_new_seed_enrols_again() throws Exception {
        plant("m-1", TestGateway.TOKEN);
        start();
        attends();
        gateway.behaviour.refuseAttend = true;
        gateway.endStreams();
        doesNotAttend();
        assertEquals(1, gateway.enrolments.size(), "the spent token is not shown again");
        gateway.behaviour.token = "planted-later";
        plant("m-1", "planted-later");
        var deadline = System.nanoTime() + Duration.ofSeconds(SOON).toNanos();
        while (gateway.enrolments.size() < 2 && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        gateway.behaviour.refuseAttend = false;
        attends();
        assertEquals("planted-later", gateway.enrolments.get(1).getToken());
    }
}

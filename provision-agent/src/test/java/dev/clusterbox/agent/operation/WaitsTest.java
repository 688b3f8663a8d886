package dev.clusterbox.agent.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.operation.Outcome.Unchanged;
import dev.clusterbox.agent.process.CommandResult;
import dev.clusterbox.agent.v1.AwaitCommand;
import dev.clusterbox.agent.v1.AwaitPort;
import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WaitsTest {

    private Bench bench;

    @BeforeEach
    void machine(@TempDir Path root) {
        bench = new Bench(root);
    }

    private static Operation.Builder port(int port, int seconds) {
        return Operation.newBuilder()
                .setAwaitPort(AwaitPort.newBuilder()
                        .setAddress("127.0.0.1")
                        .setPort(port)
                        .setTimeoutSeconds(seconds)
                        .setWhat("etcd to listen"));
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static int closedPort() throws IOException {
        try (var socket = listener()) {
            return socket.getLocalPort();
        }
    }

    @Test
    void a_port_that_listens_ends_the_wait() throws Exception {
        try (var socket = listener()) {
            var outcome = assertInstanceOf(Unchanged.class, bench.run(port(socket.getLocalPort(), 5)));
            assertTrue(outcome.text().endsWith("s for etcd to listen"), outcome.text());
        }
    }

    @Test
    void a_wait_that_is_over_says_what_for_and_why_not() throws Exception {
        int port = closedPort();
        var e = assertThrows(ProblemException.class, () -> bench.run(port(port, 1)));
        assertEquals(Code.TIMED_OUT, e.problem().code());
        assertEquals(
                "waited 1 s for etcd to listen: connection refused", e.problem().message());
    }

    @Test
    void a_dry_run_answers_at_once() throws Exception {
        assertEquals(new Unchanged("would wait for etcd to listen"), bench.dryRun(port(closedPort(), 3600)));
    }

    @Test
    void a_wait_can_be_interrupted() throws Exception {
        int port = closedPort();
        var ends = new ArrayBlockingQueue<Throwable>(1);
        var waiting = Thread.ofPlatform()
                .start(() -> ends.add(assertThrows(InterruptedException.class, () -> bench.run(port(port, 3600)))));
        Thread.sleep(100);
        waiting.interrupt();
        assertInstanceOf(InterruptedException.class, ends.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void a_command_is_tried_until_it_succeeds() throws Exception {
        var operation = Operation.newBuilder()
                .setAwaitCommand(AwaitCommand.newBuilder()
                        .addAllCommand(List.of("etcdctl", "endpoint", "health"))
                        .setTimeoutSeconds(1)
                        .setWhat("etcd to be healthy"));
        bench.on("etcdctl endpoint health", 1, "");
        var e = assertThrows(ProblemException.class, () -> bench.run(operation));
        assertEquals("waited 1 s for etcd to be healthy: it failed", e.problem().message());
        assertTrue(bench.commands.size() > 2, bench.commands.toString());
        bench.on("etcdctl endpoint health", 0, "");
        assertInstanceOf(Unchanged.class, bench.run(operation));
    }

    private static Operation.Builder encrypted() {
        return Operation.newBuilder()
                .setAwaitCommand(AwaitCommand.newBuilder()
                        .addAllCommand(List.of("etcdctl", "get", "/registry/secrets/x"))
                        .setTimeoutSeconds(1)
                        .setWhat("secrets to be encrypted")
                        .setContains("k8s:enc:aescbc:v1:"));
    }

    @Test
    void a_command_must_print_what_is_asked_for() throws Exception {
        bench.on("etcdctl get /registry/secrets/x", 0, "/registry/secrets/x\n\ufffd\ufffdk8s:enc:aescbc:v1:key\ufffd");
        assertInstanceOf(Unchanged.class, bench.run(encrypted()));
        bench.on("etcdctl get /registry/secrets/x", 1, "k8s:enc:aescbc:v1:");
        assertThrows(ProblemException.class, () -> bench.run(encrypted()));
    }

    @Test
    void what_it_printed_instead_is_in_no_text() {
        bench.on("etcdctl get /registry/secrets/x", 0, "hunter2-hunter2");
        var e = assertThrows(ProblemException.class, () -> bench.run(encrypted()));
        assertEquals(
                "waited 1 s for secrets to be encrypted: it did not print 'k8s:enc:aescbc:v1:'",
                e.problem().message());
        bench.answers.put("etcdctl get /registry/secrets/x", new CommandResult(1, "hunter2-hunter2", ""));
        var failed = assertThrows(ProblemException.class, () -> bench.run(encrypted()));
        assertEquals(
                "waited 1 s for secrets to be encrypted: exit code 1",
                failed.problem().message());
    }

    @Test
    void limits_are_numbers_that_can_be() {
        for (var wrong : List.of(port(0, 1), port(65536, 1), port(-1, 1), port(80, 0), port(80, 3601), port(80, -5))) {
            assertThrows(ProblemException.class, () -> bench.run(wrong));
        }
        var name = port(80, 1);
        name.getAwaitPortBuilder().setAddress("example.org");
        assertThrows(ProblemException.class, () -> bench.run(name));
        assertEquals(
                Duration.ofSeconds(1),
                ((dev.clusterbox.agent.operation.Operation.AwaitPort)
                                bench.parser.parse(port(80, 1).build()))
                        .timeout());
    }
}

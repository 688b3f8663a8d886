package dev.clusterbox.agent;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.agent.v1.Hello;
import dev.clusterbox.agent.v1.Report;
import dev.clusterbox.clock.MovableClock;
import dev.clusterbox.fixture.AgentConnection;
import dev.clusterbox.fixture.AgentConnection.Credentials;
import dev.clusterbox.fixture.Certificates;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.LogCapture;
import dev.clusterbox.fixture.Pem;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.Problems;
import dev.clusterbox.storage.Database;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/** A gateway with machines in its inventory and an open listener, and the means to attack it. */
final class FirstContact implements AutoCloseable {

    static final String HOST = "127.0.70.1";

    /** What came down a stream: a command, or its end. */
    record Received(Optional<Command> command, Optional<Problem> end) {}

    /** A stream that was opened. */
    record Stream(StreamObserver<Report> reports, BlockingQueue<Received> received) {

        Received next() throws InterruptedException {
            var next = received.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing in 20 s");
            }
            return next;
        }
    }

    final Installation installation = Installation.start();
    final MachineStore machines = installation.bean(MachineStore.class);
    final Agents agents = installation.bean(Agents.class);
    final MovableClock clock = installation.bean(MovableClock.class);

    /** The tutorial's cluster, "demo", as far as its record goes. */
    FirstContact() {
        try {
            installation.bean(AgentListeners.class).open(HOST);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        var cluster = Clusters.tutorial();
        installation.pki.authority(cluster.authority("etcd"));
        installation
                .bean(Database.class)
                .transaction(t -> t.update(
                        "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, '')",
                        cluster.name(),
                        cluster.uid(),
                        t.write(cluster)));
    }

    X509Certificate authority() {
        return installation.pki.authority("installation");
    }

    /** A machine that has not come in yet, known to come from an address. */
    String machine(String hostName, String address) {
        var id = UUID.randomUUID().toString();
        machines.register(id, "demo", hostName, Optional.of(address));
        return id;
    }

    AgentConnection connect(String from, Optional<Credentials> credentials) {
        return new AgentConnection(installation.agents(HOST), from, authority(), credentials);
    }

    List<X509Certificate> enrol(String from, EnrolRequest request) {
        try (var connection = connect(from, Optional.empty())) {
            return Pem.certificates(connection.calls().enrol(request).getCertificateChain());
        }
    }

    static EnrolRequest request(String machine, String token, byte[] csr) {
        return EnrolRequest.newBuilder()
                .setMachine(machine)
                .setToken(token)
                .setCsr(ByteString.copyFrom(csr))
                .build();
    }

    /** A machine that has enrolled in the regular way. */
    Credentials enrolled(String machine, String from) {
        var keys = Certificates.newKeys();
        return enrolled(machine, from, keys);
    }

    Credentials enrolled(String machine, String from, KeyPair keys) {
        var chain = enrol(from, request(machine, machines.mintToken(machine), Certificates.csr(keys)));
        return new Credentials(keys, chain);
    }

    /** Opens a stream and says hello; the gateway counts the agent as attending when this returns. */
    Stream attend(AgentConnection connection, String machine) throws InterruptedException {
        var stream = open(connection);
        stream.reports.onNext(hello());
        Assertions.assertTrue(agents.await(machine, Duration.ofSeconds(20)), "the agent attends");
        return stream;
    }

    static Report hello() {
        return Report.newBuilder()
                .setHello(Hello.newBuilder().setAgentVersion("test").setBootId("1"))
                .build();
    }

    static Stream open(AgentConnection connection) {
        var received = new LinkedBlockingQueue<Received>();
        var reports = connection.streams().attend(new StreamObserver<>() {
            @Override
            public void onNext(Command command) {
                received.add(new Received(Optional.of(command), Optional.empty()));
            }

            @Override
            public void onError(Throwable e) {
                var problem = e instanceof StatusRuntimeException status
                        ? Problems.fromStatus(status)
                        : Problem.failed(String.valueOf(e), "");
                received.add(new Received(Optional.empty(), Optional.of(problem)));
            }

            @Override
            public void onCompleted() {
                received.add(new Received(Optional.empty(), Optional.of(Problem.failed("completed", ""))));
            }
        });
        return new Stream(reports, received);
    }

    /** It is refused with this code and these words, they are logged, and nothing is changed. */
    void assertRefused(Code code, String why, Executable attack) {
        var before = installation.inventory();
        try (var log = new LogCapture()) {
            var e = Assertions.assertThrows(StatusRuntimeException.class, attack);
            var problem = Problems.fromStatus(e);
            Assertions.assertEquals(code, problem.code(), problem.message());
            Assertions.assertTrue(problem.message().contains(why), problem.message());
            Assertions.assertTrue(
                    log.lines().stream().anyMatch(line -> line.startsWith("WARN") && line.contains(why)),
                    "logged: " + log.lines());
        }
        Assertions.assertEquals(before, installation.inventory());
    }

    @Override
    public void close() {
        installation.close();
    }
}

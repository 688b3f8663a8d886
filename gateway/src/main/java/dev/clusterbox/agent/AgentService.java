package dev.clusterbox.agent;

import com.google.protobuf.UnsafeByteOperations;
import dev.clusterbox.agent.Agents.Link;
import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.agent.v1.AgentGatewayGrpc;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.agent.v1.EnrolResponse;
import dev.clusterbox.agent.v1.FetchChunk;
import dev.clusterbox.agent.v1.FetchRequest;
import dev.clusterbox.agent.v1.Report;
import dev.clusterbox.agent.v1.SignRequest;
import dev.clusterbox.agent.v1.SignResponse;
import dev.clusterbox.artifact.ArtifactStore;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.problem.Problems;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC edge: translates, and does nothing else. Each call runs on a virtual thread of its own. */
@Singleton
final class AgentService extends AgentGatewayGrpc.AgentGatewayImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);

    private static final int CHUNK = 64 * 1024;

    private interface Answer<T> {
        T get() throws IOException, InterruptedException;
    }

    private final Enrolment enrolment;
    private final Signing signing;
    private final Agents agents;
    private final MachineStore machines;
    private final ArtifactStore artifacts;

    AgentService(Enrolment enrolment, Signing signing, Agents agents, MachineStore machines, ArtifactStore artifacts) {
        this.enrolment = enrolment;
        this.signing = signing;
        this.agents = agents;
        this.machines = machines;
        this.artifacts = artifacts;
    }

    @Override
    public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> observer) {
        var from = AgentPeer.address();
        answer(
                observer,
                () -> EnrolResponse.newBuilder()
                        .setCertificateChain(enrolment.enrol(request, from))
                        .build());
    }

    @Override
    public void sign(SignRequest request, StreamObserver<SignResponse> observer) {
        var peer = AgentPeer.peer();
        answer(observer, () -> signing.sign(peer, request));
    }

    @Override
    public void fetch(FetchRequest request, StreamObserver<FetchChunk> observer) {
        var call = (ServerCallStreamObserver<FetchChunk>) observer;
        var readiness = new Object();
        call.setOnReadyHandler(() -> {
            synchronized (readiness) {
                readiness.notifyAll();
            }
        });
        var file = artifacts.find(request.getSha256());
        if (file.isEmpty()) {
            observer.onError(Problems.toStatus(
                    Problem.notFound("no artifact with the checksum '%s'".formatted(request.getSha256()))));
            return;
        }
        Thread.startVirtualThread(() -> {
            try (var in = Files.newInputStream(file.get())) {
                for (var data = in.readNBytes(CHUNK); data.length > 0; data = in.readNBytes(CHUNK)) {
                    synchronized (readiness) {
                        while (!call.isReady() && !call.isCancelled()) {
                            readiness.wait(1000);
                        }
                    }
                    if (call.isCancelled()) {
                        return;
                    }
                    call.onNext(FetchChunk.newBuilder()
                            .setData(UnsafeByteOperations.unsafeWrap(data))
                            .build());
                }
                call.onCompleted();
            } catch (IOException | InterruptedException | RuntimeException e) {
                fail(observer, e);
            }
        });
    }

    @Override
    public StreamObserver<Report> attend(StreamObserver<Command> observer) {
        return new Attending(AgentPeer.peer(), observer);
    }

    private final class Attending implements StreamObserver<Report> {

        private final MachineRecord machine;
        private final String key;
        private final StreamObserver<Command> commands;
        private @Nullable Link link;

        Attending(AgentPeer.Peer peer, StreamObserver<Command> commands) {
            this.machine = peer.machine();
            this.key = peer.key();
            this.commands = commands;
        }

        @Override
        public void onNext(Report report) {
            switch (report.getKindCase()) {
                case HELLO -> hello(report);
                case OUTCOME ->
                    Optional.ofNullable(link).ifPresent(opened -> agents.report(opened, report.getOutcome()));
                case KIND_NOT_SET -> LOG.warn("{}: an empty report", machine.hostName());
            }
        }

        private void hello(Report report) {
            if (link != null) {
                return;
            }
            machines.attended(machine.id(), key);
            var opened = new Link(this::send, this::close);
            link = opened;
            LOG.info(
                    "the agent on {} of {} attends, version {}",
                    machine.hostName(),
                    machine.cluster(),
                    Agents.shown(report.getHello().getAgentVersion()));
            agents.connected(machine.id(), opened);
        }

        /** A stream observer does not take two callers at once. */
        private synchronized void send(Command command) {
            try {
                commands.onNext(command);
            } catch (RuntimeException e) {
                // The stream is gone, which its end will tell.
                LOG.debug("{}: {}", machine.hostName(), e.toString());
            }
        }

        private synchronized void close() {
            try {
                commands.onError(Problems.toStatus(Problem.conflict("a newer stream of this machine is open", "")));
            } catch (RuntimeException e) {
                LOG.debug("{}: {}", machine.hostName(), e.toString());
            }
        }

        @Override
        public void onError(Throwable e) {
            ended();
        }

        @Override
        public void onCompleted() {
            ended();
            try {
                commands.onCompleted();
            } catch (RuntimeException e) {
                LOG.debug("{}: {}", machine.hostName(), e.toString());
            }
        }

        private void ended() {
            Optional.ofNullable(link).ifPresent(opened -> agents.disconnected(machine.id(), opened));
        }
    }

    private static <T> void answer(StreamObserver<T> observer, Answer<T> answer) {
        try {
            observer.onNext(answer.get());
            observer.onCompleted();
        } catch (IOException | InterruptedException | RuntimeException e) {
            fail(observer, e);
        }
    }

    private static void fail(StreamObserver<?> observer, Exception e) {
        if (e instanceof ProblemException expected) {
            observer.onError(Problems.toStatus(expected.problem()));
            return;
        }
        var id = UUID.randomUUID().toString().substring(0, 8);
        LOG.error("internal error {}", id, e);
        observer.onError(Problems.toStatus(Problem.bug("gateway", id)));
    }
}

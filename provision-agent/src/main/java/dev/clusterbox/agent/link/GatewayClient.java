package dev.clusterbox.agent.link;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.identity.CertificateChain;
import dev.clusterbox.agent.identity.GatewayAddress;
import dev.clusterbox.agent.identity.Identity;
import dev.clusterbox.agent.identity.KeyAndRequest;
import dev.clusterbox.agent.identity.Pem;
import dev.clusterbox.agent.identity.Seed;
import dev.clusterbox.agent.operation.Gateway;
import dev.clusterbox.agent.v1.AgentGatewayGrpc;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.agent.v1.ExpiredCertificate;
import dev.clusterbox.agent.v1.FetchRequest;
import dev.clusterbox.agent.v1.SignRequest;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.problem.Problems;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.security.cert.CertificateEncodingException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One connection to the gateway. It is made anew for each attempt, because gRPC's own pauses between attempts are long. */
final class GatewayClient implements Gateway, AutoCloseable {

    /** Whatever address the seed carries, this is who must answer. */
    static final String SERVER = "gateway.clusterbox.internal";

    /** gRPC does not allow less than 10 s; with the answer's 3 s a gateway that fell silent is noticed within 13 s. */
    private static final int KEEPALIVE_SECONDS = 10;

    private static final int KEEPALIVE_ANSWER_SECONDS = 3;
    private static final int ANSWER_SECONDS = 30;

    private final ManagedChannel channel;

    private GatewayClient(GatewayAddress gateway, ChannelCredentials credentials) {
        this.channel = OkHttpChannelBuilder.forAddress(gateway.host(), gateway.port(), credentials)
                .overrideAuthority(SERVER)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                .disableRetry()
                .directExecutor()
                .build();
    }

    static GatewayClient beforeEnrolment(Seed seed) {
        return new GatewayClient(seed.gateway(), Tls.trusting(seed.authority()));
    }

    /** For the way back: a certificate that has expired would be refused by TLS before anybody could look at the proof. */
    static GatewayClient withoutCertificate(Identity identity, GatewayAddress gateway) {
        return new GatewayClient(gateway, Tls.trusting(identity.authority()));
    }

    static GatewayClient as(Identity identity, GatewayAddress gateway) {
        return new GatewayClient(gateway, Tls.of(identity));
    }

    AgentGatewayGrpc.AgentGatewayStub stub() {
        return AgentGatewayGrpc.newStub(channel);
    }

    CertificateChain enrol(Seed seed, KeyAndRequest key) throws InterruptedException {
        return enrol(EnrolRequest.newBuilder()
                .setMachine(seed.machine())
                .setCsr(ByteString.copyFrom(key.request()))
                .setToken(seed.token())
                .build());
    }

    CertificateChain enrolAgain(Identity identity, KeyAndRequest next) throws InterruptedException {
        try {
            return enrol(EnrolRequest.newBuilder()
                    .setMachine(identity.machine())
                    .setCsr(ByteString.copyFrom(next.request()))
                    .setExpired(ExpiredCertificate.newBuilder()
                            .setCertificate(
                                    ByteString.copyFrom(identity.chain().leaf().getEncoded()))
                            .setSignature(ByteString.copyFrom(identity.sign(next.request()))))
                    .build());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate can be encoded", e);
        }
    }

    private CertificateChain enrol(EnrolRequest request) throws InterruptedException {
        var response = call(() -> blocking().enrol(request));
        return CertificateChain.parse(response.getCertificateChain());
    }

    @Override
    public Signed sign(String profile, byte[] request) throws InterruptedException {
        var response = call(() -> blocking()
                .sign(SignRequest.newBuilder()
                        .setProfile(profile)
                        .setCsr(ByteString.copyFrom(request))
                        .build()));
        return new Signed(
                CertificateChain.parse(response.getCertificateChain()), Pem.certificate(response.getAuthority()));
    }

    @Override
    public void fetch(Sha256 artifact, OutputStream to) throws IOException, InterruptedException {
        // No deadline: an artifact may be large and the network slow. A gateway that is gone ends it by the keepalive.
        var chunks = call(() -> AgentGatewayGrpc.newBlockingStub(channel)
                .fetch(FetchRequest.newBuilder().setSha256(artifact.hex()).build()));
        while (call(chunks::hasNext)) {
            chunks.next().getData().writeTo(to);
        }
    }

    private AgentGatewayGrpc.AgentGatewayBlockingStub blocking() {
        return AgentGatewayGrpc.newBlockingStub(channel).withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private static <T> T call(Supplier<T> call) throws InterruptedException {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw problem(e);
        }
    }

    /** gRPC's own sentence for a failed connection ("io exception") says nothing; its cause does. */
    static ProblemException problem(StatusRuntimeException e) {
        var problem = Problems.fromStatus(e);
        var cause = e.getStatus().getCause();
        if (e.getStatus().getCode() == Status.Code.UNAVAILABLE && cause != null) {
            problem = Problem.unavailable("the gateway cannot be reached: " + cause.getMessage(), "");
        }
        return new ProblemException(problem, e);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

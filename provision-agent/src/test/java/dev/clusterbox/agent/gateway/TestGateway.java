package dev.clusterbox.agent.gateway;

import com.google.protobuf.ByteString;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.identity.CertificateChain;
import dev.clusterbox.agent.identity.Pem;
import dev.clusterbox.agent.v1.AgentGatewayGrpc;
import dev.clusterbox.agent.v1.Command;
import dev.clusterbox.agent.v1.EnrolRequest;
import dev.clusterbox.agent.v1.EnrolResponse;
import dev.clusterbox.agent.v1.FetchChunk;
import dev.clusterbox.agent.v1.FetchRequest;
import dev.clusterbox.agent.v1.Hello;
import dev.clusterbox.agent.v1.Outcome;
import dev.clusterbox.agent.v1.Report;
import dev.clusterbox.agent.v1.SignRequest;
import dev.clusterbox.agent.v1.SignResponse;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.Problems;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.TlsServerCredentials;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Speaks the agents' contract over mutual TLS on a loopback port, and remembers what it was asked. */
public final class TestGateway implements AutoCloseable {

    public static final String TOKEN = "token-of-the-seed";

    /** Kept, or its level would be forgotten: connections that end are what is tested. */
    private static final Logger QUIET = Logger.getLogger("io.grpc.okhttp");

    static {
        QUIET.setLevel(Level.OFF);
    }

    private static final Context.Key<X509Certificate> CLIENT = Context.key("client");

    /** What a test may change. */
    public static final class Behaviour {
        public volatile Duration certificateLife = Duration.ofDays(90);
        public volatile boolean loseNextEnrolAnswer;
        public volatile boolean refuseAttend;
        public volatile String token = TOKEN;
        public volatile List<String> names = List.of();
    }

    public final Behaviour behaviour = new Behaviour();
    public final List<EnrolRequest> enrolments = new CopyOnWriteArrayList<>();
    public final List<SignRequest> signatures = new CopyOnWriteArrayList<>();
    public final BlockingQueue<Hello> hellos = new LinkedBlockingQueue<>();
    public final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    public final Map<String, byte[]> artifacts = new ConcurrentHashMap<>();

    private final TestAuthority authority;
    private final TestAuthority cluster;
    private final Server server;
    private final List<StreamObserver<Command>> streams = new CopyOnWriteArrayList<>();

    public TestGateway(TestAuthority authority, TestAuthority cluster, String serverName, int port) throws IOException {
        this.authority = authority;
        this.cluster = cluster;
        var keys = TestAuthority.newKeys();
        var certificate =
                authority.issue("CN=gateway", keys.getPublic(), List.of("dns:" + serverName), Duration.ofDays(365));
        var keyPem = Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded());
        var credentials = TlsServerCredentials.newBuilder()
                .keyManager(stream(CertificateChain.encode(certificate)), stream(keyPem))
                .trustManager(stream(authority.pem()))
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
        this.server = OkHttpServerBuilder.forPort(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials)
                .addService(new Service())
                .intercept(new Peer())
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .build()
                .start();
    }

    public TestGateway() throws IOException {
        this(new TestAuthority("installation"), new TestAuthority("etcd"), "gateway.clusterbox.internal", 0);
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    public int port() {
        return server.getPort();
    }

    public TestAuthority authority() {
        return authority;
    }

    public TestAuthority cluster() {
        return cluster;
    }

    /** The seed of a machine of this gateway. */
    public String seed(String machine, String token, String kernel) {
        return """
                machine=%s
                hostname=controller-1
                address=127.0.0.1
                gateway=127.0.0.1:%d
                token=%s
                authority=%s
                time=2026-01-01T00:00:00Z
                kernel=%s
                """.formatted(machine, port(), token, authority.pem().replace("\n", "\\n"), kernel);
    }

    public String artifact(byte[] content) {
        var sha256 = Sha256.of(content).hex();
        artifacts.put(sha256, content);
        return sha256;
    }

    /** To every agent that attends. */
    public void send(Command command) {
        streams.forEach(stream -> stream.onNext(command));
    }

    public void endStreams() {
        streams.forEach(StreamObserver::onCompleted);
        streams.clear();
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private X509Certificate issueAgent(String machine, ByteString csr) {
        return authority.issue(
                "CN=%s,O=clusterbox:agents".formatted(machine),
                TestAuthority.keyOf(csr.toByteArray()),
                List.of(),
                behaviour.certificateLife);
    }

    private final class Service extends AgentGatewayGrpc.AgentGatewayImplBase {

        private final Map<ByteString, X509Certificate> issued = new ConcurrentHashMap<>();

        @Override
        public void enrol(EnrolRequest request, StreamObserver<EnrolResponse> answer) {
            enrolments.add(request);
            if (!request.hasExpired()
                    && !MessageDigest.isEqual(
                            request.getToken().getBytes(StandardCharsets.UTF_8),
                            behaviour.token.getBytes(StandardCharsets.UTF_8))) {
                answer.onError(status(Code.FORBIDDEN, "the token is not this machine's"));
                return;
            }
            var certificate = issued.computeIfAbsent(request.getCsr(), csr -> issueAgent(request.getMachine(), csr));
            if (behaviour.loseNextEnrolAnswer) {
                behaviour.loseNextEnrolAnswer = false;
                answer.onError(status(Code.UNAVAILABLE, "the answer was lost on its way"));
                return;
            }
            answer.onNext(EnrolResponse.newBuilder()
                    .setCertificateChain(CertificateChain.encode(certificate))
                    .build());
            answer.onCompleted();
        }

        @Override
        public StreamObserver<Report> attend(StreamObserver<Command> commands) {
            if (CLIENT.get() == null || behaviour.refuseAttend) {
                commands.onError(status(Code.UNAUTHENTICATED, "a client certificate is needed"));
                return new Reports();
            }
            streams.add(commands);
            return new Reports();
        }

        @Override
        public void sign(SignRequest request, StreamObserver<SignResponse> answer) {
            if (CLIENT.get() == null) {
                answer.onError(status(Code.UNAUTHENTICATED, "a client certificate is needed"));
                return;
            }
            signatures.add(request);
            boolean agent = request.getProfile().equals("agent");
            var certificate = agent
                    ? issueAgent("m-1", request.getCsr())
                    : cluster.issue(
                            "O=etcd,CN=controller-1",
                            TestAuthority.keyOf(request.getCsr().toByteArray()),
                            behaviour.names,
                            behaviour.certificateLife);
            answer.onNext(SignResponse.newBuilder()
                    .setCertificateChain(CertificateChain.encode(certificate))
                    .setAuthority(agent ? authority.pem() : cluster.pem())
                    .build());
            answer.onCompleted();
        }

        @Override
        public void fetch(FetchRequest request, StreamObserver<FetchChunk> answer) {
            var content = artifacts.get(request.getSha256());
            if (CLIENT.get() == null || content == null) {
                answer.onError(status(Code.NOT_FOUND, "no such artifact"));
                return;
            }
            for (int from = 0; from < content.length; from += 64 * 1024) {
                answer.onNext(FetchChunk.newBuilder()
                        .setData(ByteString.copyFrom(content, from, Math.min(64 * 1024, content.length - from)))
                        .build());
            }
            answer.onCompleted();
        }
    }

    private final class Reports implements StreamObserver<Report> {

        @Override
        public void onNext(Report report) {
            switch (report.getKindCase()) {
                case HELLO -> hellos.add(report.getHello());
                case OUTCOME -> outcomes.add(report.getOutcome());
                case KIND_NOT_SET -> throw new IllegalArgumentException("an empty report");
            }
        }

        @Override
        public void onError(Throwable t) {
            // The agent is gone; it will come again.
        }

        @Override
        public void onCompleted() {
            // An agent never ends its stream in peace.
        }
    }

    private static RuntimeException status(Code code, String message) {
        return Problems.toStatus(new Problem(code, message, ""));
    }

    /** Who is at the other end. */
    private static final class Peer implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            var context = Context.current();
            try {
                if (session != null) {
                    context = context.withValue(CLIENT, (X509Certificate) session.getPeerCertificates()[0]);
                }
            } catch (SSLPeerUnverifiedException e) {
                // No client certificate: allowed for Enrol.
            }
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}

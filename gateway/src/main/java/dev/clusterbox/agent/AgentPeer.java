package dev.clusterbox.agent;

import dev.clusterbox.agent.MachineStore.MachineRecord;
import dev.clusterbox.agent.v1.AgentGatewayGrpc;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.problem.Problems;
import dev.clusterbox.storage.Secrets;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is calling. Every method but {@code Enrol} needs the client certificate of a machine that is in the inventory, with
 * the key by which the inventory knows it: the certificate of a machine that was removed opens nothing.
 */
@Singleton
final class AgentPeer implements ServerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(AgentPeer.class);

    private static final Context.Key<Peer> PEER = Context.key("peer");
    private static final Context.Key<String> ADDRESS = Context.key("address");

    private final MachineStore machines;

    AgentPeer(MachineStore machines) {
        this.machines = machines;
    }

    /** A machine of the inventory, and SHA-256 of the key that it has shown. */
    record Peer(MachineRecord machine, String key) {}

    static Peer peer() {
        return PEER.get();
    }

    static String address() {
        return ADDRESS.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress from
                ? from.getAddress().getHostAddress()
                : "unknown";
        var context = Context.current().withValue(ADDRESS, address);
        if (!call.getMethodDescriptor().equals(AgentGatewayGrpc.getEnrolMethod())) {
            try {
                context = context.withValue(PEER, identify(call));
            } catch (ProblemException e) {
                LOG.warn(
                        "{} from {} refused: {}", call.getMethodDescriptor().getBareMethodName(), address, e.problem());
                var status = Problems.toStatus(e.problem());
                call.close(
                        status.getStatus(),
                        Optional.ofNullable(status.getTrailers()).orElseGet(Metadata::new));
                return new ServerCall.Listener<>() {};
            } catch (RuntimeException e) {
                LOG.error("{} from {}", call.getMethodDescriptor().getBareMethodName(), address, e);
                call.close(Status.INTERNAL, new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
        return Contexts.interceptCall(context, call, headers, next);
    }

    private Peer identify(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        try {
            if (session == null || !(session.getPeerCertificates()[0] instanceof X509Certificate certificate)) {
                throw refused(Code.UNAUTHENTICATED, "no client certificate");
            }
            var machine = machines.find(commonName(certificate.getSubjectX500Principal()))
                    .orElseThrow(() -> refused(Code.FORBIDDEN, "the machine is not in the inventory"));
            var key = Secrets.hash(certificate.getPublicKey().getEncoded());
            if (!machine.isKnownBy(key)) {
                throw refused(Code.FORBIDDEN, "the machine is known by another key");
            }
            return new Peer(machine, key);
        } catch (SSLPeerUnverifiedException e) {
            throw refused(Code.UNAUTHENTICATED, "no client certificate");
        }
    }

    private static String commonName(X500Principal subject) {
        var name = subject.getName(X500Principal.RFC2253);
        for (var part : name.split(",", -1)) {
            if (part.startsWith("CN=")) {
                return part.substring("CN=".length());
            }
        }
        throw refused(Code.FORBIDDEN, "the client certificate has no common name");
    }

    private static ProblemException refused(Code code, String why) {
        return new Problem(code, why, "").asException();
    }
}

package dev.clusterbox.agent;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.micronaut.context.annotation.Value;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where agents come in: one listener on the host's address in each cluster's network, never on all addresses. */
@Singleton
public final class AgentListeners {

    private static final Logger LOG = LoggerFactory.getLogger(AgentListeners.class);

    private static final String LOOPBACK = "127.0.0.1";

    private final GatewayIdentity identity;
    private final AgentService service;
    private final AgentPeer peer;
    private final int port;

    /** Where machines are on other computers, their networks end there: agents come in at this one address. */
    private final Optional<String> forAll;

    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final Map<String, Server> open = new HashMap<>();

    AgentListeners(
            GatewayIdentity identity,
            AgentService service,
            AgentPeer peer,
            @Value("${clusterbox.agents.port}") int port,
            @Value("${clusterbox.agents.address:}") String address) {
        this.identity = identity;
        this.service = service;
        this.peer = peer;
        this.port = port;
        this.forAll = Optional.of(address).filter(text -> !text.isBlank());
    }

    /**
     * How the agents of a cluster reach the gateway.
     *
     * @param hostAddress of this host in the cluster's network
     */
    public String endpoint(String hostAddress) {
        return forAll.orElse(hostAddress) + ":" + port;
    }

    /**
     * Opens the listener for a cluster; nothing happens if it is open.
     *
     * @param own the cluster's own address for it
     */
    public synchronized void open(String own) throws InterruptedException {
        var address = forAll.orElse(own);
        if (open.containsKey(address)) {
            return;
        }
        renew();
        try {
            var tls = GrpcSslContexts.configure(SslContextBuilder.forServer(keys)
                            .trustManager(identity.authority())
                            .clientAuth(ClientAuth.OPTIONAL))
                    .build();
            var server = NettyServerBuilder.forAddress(new InetSocketAddress(address, port))
                    .sslContext(tls)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .keepAliveTimeout(5, TimeUnit.SECONDS)
                    .permitKeepAliveTime(5, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .maxInboundMessageSize(1024 * 1024)
                    .intercept(peer)
                    .addService(service)
                    .build();
            open.put(address, server.start());
            LOG.info("agents may come in at {}", endpoint(address));
        } catch (IOException | CertificateException e) {
            throw Problem.failed(
                            "cannot listen for agents at %s: %s".formatted(endpoint(address), rootMessage(e)),
                            "is another gateway running? 'ss -ltnp' shows who has the port")
                    .asException();
        }
    }

    /** New connections see a new certificate where that was due; nobody has to start the gateway again for it. */
    synchronized void renew() throws InterruptedException {
        var credentials = identity.credentials();
        keys.updateIdentityCredentials(credentials.chain().toArray(X509Certificate[]::new), credentials.key());
    }

    @Scheduled(initialDelay = "12h", fixedDelay = "12h")
    void renewIfOpen() throws InterruptedException {
        if (isOpen()) {
            try {
                renew();
            } catch (ProblemException e) {
                LOG.warn("the gateway's certificate could not be renewed, tried again later: {}", e.problem());
            }
        }
    }

    private synchronized boolean isOpen() {
        return !open.isEmpty();
    }

    /** One that several clusters may share stays. */
    public synchronized void close(String own) {
        var server = forAll.isPresent() || own.equals(LOOPBACK) ? null : open.remove(own);
        if (server != null) {
            server.shutdownNow();
        }
    }

    @PreDestroy
    synchronized void closeAll() {
        open.values().forEach(Server::shutdownNow);
        open.clear();
    }

    private static String rootMessage(Throwable e) {
        var cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}

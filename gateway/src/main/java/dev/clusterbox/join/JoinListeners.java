package dev.clusterbox.join;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.clusterbox.agent.GatewayIdentity;
import dev.clusterbox.artifact.ArtifactStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterStore;
import dev.clusterbox.cluster.Endpoint;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.context.annotation.Value;
import io.micronaut.json.JsonMapper;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where machines come in that join: HTTPS on the host's address in the network of each cluster that has a token which is
 * good, and where that was published. Without tokens nobody listens.
 */
@Singleton
public final class JoinListeners {

    private static final Logger LOG = LoggerFactory.getLogger(JoinListeners.class);

    static {
        // Seconds for a request to arrive, and connections at a time; the JDK's server has no limits of its own.
        defaultTo("sun.net.httpserver.maxReqTime", "20");
        defaultTo("jdk.httpserver.maxConnections", "200");
    }

    private final ClusterStore clusters;
    private final NodeTokenStore tokens;
    private final GatewayIdentity identity;
    private final Admission admission;
    private final Redemption redemption;
    private final ArtifactStore artifacts;
    private final JsonMapper json;
    private final InstantSource clock;
    private final int port;
    private final Map<Endpoint, HttpsServer> open = new HashMap<>();

    JoinListeners(
            ClusterStore clusters,
            NodeTokenStore tokens,
            GatewayIdentity identity,
            Admission admission,
            Redemption redemption,
            ArtifactStore artifacts,
            JsonMapper json,
            InstantSource clock,
            @Value("${clusterbox.join.port}") int port) {
        this.clusters = clusters;
        this.tokens = tokens;
        this.identity = identity;
        this.admission = admission;
        this.redemption = redemption;
        this.artifacts = artifacts;
        this.json = json;
        this.clock = clock;
        this.port = port;
    }

    private static void defaultTo(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Opens what is not open of the listeners for a cluster. Returns the HOST:PORT that a machine is told: the one that was
     * published, if there is one.
     */
    synchronized String open(Cluster cluster) throws InterruptedException {
        var own = new Endpoint(cluster.agentsAddress(), port);
        listen(own, other -> other.agentsAddress().equals(own.host()));
        var exposed = cluster.exposedJoin();
        if (exposed.isPresent()) {
            listen(exposed.get(), other -> other.exposedJoin().equals(exposed));
        }
        return exposed.orElse(own).toString();
    }

    private Stream<Endpoint> endpoints(Cluster cluster) {
        return Stream.concat(Stream.of(new Endpoint(cluster.agentsAddress(), port)), cluster.exposedJoin().stream());
    }

    private void listen(Endpoint endpoint, Predicate<Cluster> served) throws InterruptedException {
        if (open.containsKey(endpoint)) {
            return;
        }
        try {
            var server = HttpsServer.create(new InetSocketAddress(endpoint.listenAddress(), endpoint.port()), 0);
            server.setHttpsConfigurator(new Tls(identity.serverContext()));
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", new JoinEdge(identity, admission, redemption, artifacts, json, served));
            server.start();
            open.put(endpoint, server);
            LOG.info("machines may join at {}", endpoint);
        } catch (IOException e) {
            throw Problem.failed(
                            "cannot listen for machines that join at %s: %s".formatted(endpoint, e.getMessage()),
                            "is another program listening there? 'ss -ltnp' shows who has the port")
                    .asException();
        }
    }

    private static final class Tls extends HttpsConfigurator {

        Tls(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            var ssl = getSSLContext().getDefaultSSLParameters();
            ssl.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setSSLParameters(ssl);
        }
    }

    /** Where a token is good, somebody may be under way with it. */
    @EventListener
    void reopen(ServerStartupEvent event) {
        Thread.ofVirtual().start(this::settle);
    }

    /** Opens and closes until there is a listener where somebody may come with a token, and nowhere else. */
    public synchronized void settle() {
        closeUnneeded();
        var wanted = wanted();
        for (var cluster : clusters.list()) {
            if (wanted.contains(cluster.uid())) {
                try {
                    open(cluster);
                } catch (ProblemException e) {
                    LOG.info("{}: {}", cluster.name(), e.problem().message());
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private Set<String> wanted() {
        return tokens.good(clock.instant()).stream().map(NodeToken::clusterUid).collect(Collectors.toSet());
    }

    /** Tokens run out by themselves. */
    @Scheduled(initialDelay = "1m", fixedDelay = "1m")
    synchronized void closeUnneeded() {
        var wanted = wanted();
        var needed = clusters.list().stream()
                .filter(cluster -> wanted.contains(cluster.uid()))
                .flatMap(this::endpoints)
                .collect(Collectors.toSet());
        open.entrySet().removeIf(entry -> {
            if (needed.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().stop(0);
            LOG.info("nobody may join at {} any more", entry.getKey());
            return true;
        });
    }

    /** Before its network goes. */
    public synchronized void close(Cluster cluster) {
        endpoints(cluster).forEach(endpoint -> {
            var server = open.remove(endpoint);
            if (server != null) {
                server.stop(0);
            }
        });
    }

    @PreDestroy
    synchronized void closeAll() {
        open.values().forEach(server -> server.stop(0));
        open.clear();
    }
}

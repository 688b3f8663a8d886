package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Clients of the clusters' APIs. The key of each is in memory only; its certificate is good for hours and made anew in time.
 * A server is believed if the cluster's own authority has signed for it, and for no other reason.
 */
@Singleton
public final class Kubernetes {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** As whom the gateway comes. */
    enum User {
        /** Applies and tests. */
        GATEWAY("gateway", "CN=clusterbox:gateway,O=system:masters"),
        /** Answers certificate signing requests, and may do nothing else. */
        SIGNER("signer", "CN=clusterbox:signer");

        private final String profile;
        private final String subject;

        User(String profile, String subject) {
            this.profile = profile;
            this.subject = subject;
        }
    }

    private record Key(String uid, User user, String server) {}

    private record Kept(KubernetesClient client, Instant renewal) {}

    private final PkiClient pki;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Kept> clients = new HashMap<>();

    Kubernetes(PkiClient pki, InstantSource clock) {
        this.pki = pki;
        this.clock = clock;
    }

    /** Of the API behind the load balancer, as cluster administrator. */
    KubernetesClient client(Cluster cluster) throws InterruptedException {
        return client(cluster, User.GATEWAY, server(cluster));
    }

    /** The same, for the signing of certificates. */
    KubernetesClient signer(Cluster cluster) throws InterruptedException {
        return client(cluster, User.SIGNER, server(cluster));
    }

    /** Of the API of one controller. */
    KubernetesClient client(Cluster cluster, String address) throws InterruptedException {
        return client(cluster, User.GATEWAY, "https://%s:6443".formatted(address));
    }

    static String server(Cluster cluster) {
        return cluster.apiServer().orElseGet(() -> "https://%s:6443".formatted(cluster.loadBalancerAddress()));
    }

    /** For people, who may be anywhere. */
    static String serverForPeople(Cluster cluster) {
        return cluster.exposed().map(at -> "https://" + at).orElseGet(() -> server(cluster));
    }

    static String authority(Cluster cluster) {
        var authority = cluster.authorities().get("kubernetes");
        if (authority == null) {
            throw Problem.conflict(
                            "cluster '%s' has no certificate authority yet".formatted(cluster.name()),
                            "bring it up first: './clusterbox up %s'".formatted(cluster.name()))
                    .asException();
        }
        return authority;
    }

    /** Those of a cluster that is gone. */
    void forget(String uid) {
        lock.lock();
        try {
            clients.keySet().removeIf(key -> key.uid.equals(uid));
        } finally {
            lock.unlock();
        }
    }

    private KubernetesClient client(Cluster cluster, User user, String server) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var key = new Key(cluster.uid(), user, server);
            var kept = clients.get(key);
            if (kept == null || clock.instant().isAfter(kept.renewal)) {
                // Who still uses the one before may finish: it is closed by being forgotten.
                kept = connect(cluster, user, server);
                clients.put(key, kept);
            }
            return kept.client;
        } finally {
            lock.unlock();
        }
    }

    private Kept connect(Cluster cluster, User user, String server) throws InterruptedException {
        var authority = authority(cluster);
        var key = FreshKey.make();
        var identity = new Identity(cluster.authority("kubernetes"), user.profile, user.subject, List.of());
        var chain = certificates(pki.sign(identity, key.csr(), "gateway").chain());
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl(server)
                .withConnectionTimeout((int) CONNECT.toMillis())
                .withRequestTimeout((int) ANSWER.toMillis())
                .withRequestRetryBackoffLimit(2)
                .withRequestRetryBackoffInterval(200)
                .withWatchReconnectLimit(0)
                .withOnlyHttpWatches(true)
                .withHttp2Disable(true)
                .withUserAgent("clusterbox")
                .build();
        var client = new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientBuilderConsumer(http -> http.sslContext(
                        keys(key, chain).getKeyManagers(), trust(authority).getTrustManagers()))
                .build();
        return new Kept(client, renewal(chain.iterator().next()));
    }

    /** When a third of its life is left. */
    private static Instant renewal(X509Certificate certificate) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        return from.plus(life.multipliedBy(2).dividedBy(3));
    }

    static KeyManagerFactory keys(FreshKey key, Collection<X509Certificate> chain) {
        try {
            var store = empty();
            store.setKeyEntry("client", key.pair().getPrivate(), new char[0], chain.toArray(Certificate[]::new));
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TrustManagerFactory trust(String authority) {
        try {
            var store = empty();
            store.setCertificateEntry(
                    "authority", certificates(authority).iterator().next());
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<X509Certificate> certificates(String pem) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.strip().getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Node;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.remote.PkiClient;
import dev.clusterbox.remote.PkiClient.Identity;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A member of etcd over its JSON gateway (etcd's api_grpc_gateway.md), with a key that is in memory only and a server that is
 * believed if the cluster's authority for etcd has signed for it.
 */
@Singleton
final class EtcdHttp {

    private static final int PORT = 2379;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int OK = 200;

    /** Much shorter than its certificate lives. */
    private static final Duration CLIENT_LIFE = Duration.ofHours(8);

    private record Kept(HttpClient client, Instant end) {}

    private final PkiClient pki;
    private final JsonMapper json;
    private final InstantSource clock;
    private final Map<String, Kept> clients = new HashMap<>();

    EtcdHttp(PkiClient pki, JsonMapper json, InstantSource clock) {
        this.pki = pki;
        this.json = json;
        this.clock = clock;
    }

    /** Why a member cannot take part in a decision; empty if it can. */
    Optional<String> trouble(Cluster cluster, Node controller) throws InterruptedException {
        try {
            send(cluster, controller, request(controller, "/health").GET());
            return Optional.empty();
        } catch (ProblemException e) {
            return Optional.of(e.problem().message());
        }
    }

    String post(Cluster cluster, Node controller, String path, Map<String, String> body) throws InterruptedException {
        try {
            var text = new String(json.writeValueAsBytes(body), StandardCharsets.UTF_8);
            return send(cluster, controller, request(controller, path).POST(BodyPublishers.ofString(text)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(Node controller, String path) {
        return HttpRequest.newBuilder(URI.create("https://%s:%d%s".formatted(controller.address(), PORT, path)))
                .timeout(ANSWER);
    }

    private String send(Cluster cluster, Node controller, HttpRequest.Builder request) throws InterruptedException {
        try {
            var answer = client(cluster).send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != OK) {
                throw Problem.failed(
                                "etcd on %s answered %d: %s"
                                        .formatted(
                                                controller.hostName(), answer.statusCode(), Api.shown(answer.body())),
                                "")
                        .asException();
            }
            return answer.body();
        } catch (IOException e) {
            throw Problem.unavailable(
                            "etcd on %s does not answer: %s"
                                    .formatted(
                                            controller.hostName(),
                                            Optional.ofNullable(e.getMessage())
                                                    .map(Api::shown)
                                                    .orElse("no connection")),
                            "'./clusterbox status' shows whether the controllers run")
                    .asException();
        }
    }

    private synchronized HttpClient client(Cluster cluster) throws InterruptedException {
        var kept = clients.get(cluster.uid());
        if (kept == null || clock.instant().isAfter(kept.end)) {
            kept = new Kept(connect(cluster), clock.instant().plus(CLIENT_LIFE));
            clients.put(cluster.uid(), kept);
        }
        return kept.client;
    }

    private HttpClient connect(Cluster cluster) throws InterruptedException {
        var authority = cluster.authorities().get("etcd");
        if (authority == null) {
            throw Problem.conflict("cluster '%s' has no etcd yet".formatted(cluster.name()), "")
                    .asException();
        }
        var key = FreshKey.make();
        var identity =
                new Identity(cluster.authority("etcd"), "etcd-client", "CN=gateway@clusterbox,O=etcd", List.of());
        var chain =
                Kubernetes.certificates(pki.sign(identity, key.csr(), "gateway").chain());
        try {
            var tls = SSLContext.getInstance("TLS");
            tls.init(
                    Kubernetes.keys(key, chain).getKeyManagers(),
                    Kubernetes.trust(authority).getTrustManagers(),
                    new SecureRandom());
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .sslContext(tls)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

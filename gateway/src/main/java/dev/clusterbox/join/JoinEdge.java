package dev.clusterbox.join;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.clusterbox.agent.GatewayIdentity;
import dev.clusterbox.artifact.ArtifactStore;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.join.Admission.Admitted;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.ProblemBody;
import io.micronaut.json.JsonMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a machine that joins may ask, and nothing else: the authority by which it knows the gateway, its node for a token, and
 * the cluster's programs and images.
 */
final class JoinEdge implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(JoinEdge.class);

    private static final String AUTHORITY = "/join/v1/authority";
    private static final String NODE = "/join/v1/node";
    private static final String ARTIFACTS = "/join/v1/artifacts/";

    /** Four requests for certificates have 3 KiB; with RSA 8. */
    private static final int LARGEST = 64 * 1024;

    private static final int MOST_IGNORED = 1024 * 1024;

    private static final int MOST_FIELDS = 16;

    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) (?<token>[A-Za-z0-9_-]{1,100})");

    private final GatewayIdentity identity;
    private final Admission admission;
    private final Redemption redemption;
    private final ArtifactStore artifacts;
    private final JsonMapper json;
    private final Predicate<Cluster> served;

    /** @param served the clusters that are joined here */
    JoinEdge(
            GatewayIdentity identity,
            Admission admission,
            Redemption redemption,
            ArtifactStore artifacts,
            JsonMapper json,
            Predicate<Cluster> served) {
        this.identity = identity;
        this.admission = admission;
        this.redemption = redemption;
        this.artifacts = artifacts;
        this.json = json;
        this.served = served;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange);
            } catch (ProblemException e) {
                refuse(exchange, e);
            } catch (InterruptedException e) {
                refuse(
                        exchange,
                        Problem.unavailable("the gateway ends", "try again").asException());
            } catch (RuntimeException e) {
                LOG.error("a machine that joins", e);
                refuse(
                        exchange,
                        Problem.bug("internal error", "look into the log of the gateway")
                                .asException());
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        var path = exchange.getRequestURI().getRawPath();
        var get = exchange.getRequestMethod().equals("GET");
        if (get && path.equals(AUTHORITY)) {
            send(exchange, "application/x-pem-file", identity.authorityPem().getBytes(StandardCharsets.US_ASCII));
        } else if (get && path.startsWith(ARTIFACTS)) {
            artifact(exchange, admitted(exchange).cluster(), path.substring(ARTIFACTS.length()));
        } else if (exchange.getRequestMethod().equals("POST") && path.equals(NODE)) {
            var admitted = admitted(exchange);
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            send(exchange, "application/x-tar", redemption.redeem(admitted, form(exchange), from(exchange)));
        } else {
            throw Problem.notFound("there is nothing here").asException();
        }
    }

    private Admitted admitted(HttpExchange exchange) {
        var header =
                BEARER.matcher(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                        .orElse(""));
        return admission.admit(header.matches() ? header.group("token") : "", from(exchange), served);
    }

    private static String from(HttpExchange exchange) {
        return exchange.getRemoteAddress().getAddress().getHostAddress();
    }

    /** Of the store only what this cluster's machines are given. */
    private void artifact(HttpExchange exchange, Cluster cluster, String sha256) throws IOException {
        var given = Stream.of(
                        cluster.artifacts().binaries(), cluster.artifacts().images())
                .anyMatch(list -> list.containsValue(sha256));
        var file = artifacts
                .find(sha256)
                .filter(found -> given)
                .orElseThrow(() ->
                        Problem.notFound("the cluster has no such artifact").asException());
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, Files.size(file));
        Files.copy(file, exchange.getResponseBody());
    }

    /** Fields as curl's {@code --data-urlencode} sends them (WHATWG URL, application/x-www-form-urlencoded). */
    private static Map<String, ByteString> form(HttpExchange exchange) throws IOException {
        var in = exchange.getRequestBody();
        var body = in.readNBytes(LARGEST);
        // Who has sent somewhat too much is told so; a connection that is cut off while he sends tells nothing.
        if (in.readNBytes(MOST_IGNORED).length > 0) {
            throw Problem.invalid("request: more than %d bytes".formatted(LARGEST), "")
                    .asException();
        }
        var fields = new HashMap<String, ByteString>();
        var parts = List.of(new String(body, StandardCharsets.US_ASCII).split("&", MOST_FIELDS + 1));
        for (var part : parts) {
            var pair = part.split("=", 2);
            if (pair.length < 2 || parts.size() > MOST_FIELDS || fields.put(decoded(pair[0]), bytes(pair[1])) != null) {
                throw notAForm();
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            throw notAForm();
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(decoded(text), StandardCharsets.ISO_8859_1);
    }

    private static RuntimeException notAForm() {
        return Problem.invalid(
                        "request: not a form with a field for each certificate",
                        "curl --data-urlencode kubelet-client@kubelet-client.csr …")
                .asException();
    }

    private static void send(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void refuse(HttpExchange exchange, ProblemException e) throws IOException {
        if (exchange.getResponseCode() != -1) {
            return; // it has begun to answer: breaking off is all that is left
        }
        var body = json.writeValueAsBytes(ProblemBody.of(e.problem()));
        e.retryAfter()
                .ifPresent(wait -> exchange.getResponseHeaders()
                        .set("Retry-After", Long.toString(wait.plusMillis(999).toSeconds())));
        if (e.problem().code() == Code.UNAUTHENTICATED) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        exchange.getResponseHeaders().set("Content-Type", ProblemBody.MEDIA_TYPE);
        exchange.sendResponseHeaders(e.problem().code().status(), body.length);
        exchange.getResponseBody().write(body);
    }
}

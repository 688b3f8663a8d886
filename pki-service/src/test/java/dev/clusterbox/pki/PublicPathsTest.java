package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.revocation.Cluster;
import io.micronaut.web.router.Router;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What everybody may ask for, because who checks a certificate has no token; and that it is no more than that. */
final class PublicPathsTest {

    private static final Set<String> FOR_EVERYBODY = Set.of(
            "GET /ca/{name}/{serial}.crt",
            "GET /crl/{name}/{file}",
            "GET /health",
            "GET /health/{selector}",
            "GET /ocsp/{name}/{request:.+}",
            "POST /ocsp/{name}");

    @TempDir
    Path state;

    @TempDir
    Path folder;

    @Test
    void nothing_else_is_without_a_token() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var routes = pki.bean(Router.class)
                    .uriRoutes()
                    .filter(route -> !route.getHttpMethodName().equals("HEAD"))
                    .map(route -> route.getHttpMethodName() + " "
                            + route.getUriMatchTemplate().toPathString())
                    .collect(Collectors.toCollection(TreeSet::new));
            var outside = routes.stream()
                    .filter(route -> !route.contains(" /v1/"))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertEquals(new TreeSet<>(FOR_EVERYBODY), outside);
            routes.removeAll(outside);
            assertTrue(routes.size() >= 12, routes::toString);
            for (var route : routes) {
                var path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{[^}]*}", "x");
                var request = HttpRequest.newBuilder(pki.client().uri().resolve(path))
                        .header("Content-Type", "application/json")
                        .method(route.substring(0, route.indexOf(' ')), BodyPublishers.ofString("{}"));
                assertEquals(
                        401,
                        pki.client()
                                .http()
                                .send(request.build(), BodyHandlers.discarding())
                                .statusCode(),
                        route);
            }
        }
    }

    @Test
    @SuppressWarnings("unchecked") // what the document is made of
    void the_api_document_wants_a_token_for_the_same_paths() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var document = (Map<String, Object>) new Yaml()
                    .load(pki.client().get("/openapi/pki-service-1.yml").body());
            var paths = (Map<String, Map<String, Map<String, Object>>>) Objects.requireNonNull(document.get("paths"));

            assertTrue(paths.size() >= 15, paths.keySet()::toString);
            paths.forEach((path, operations) -> operations.forEach((method, operation) -> assertEquals(
                    path.startsWith("/v1/") ? List.of(Map.of("token", List.of())) : null,
                    operation.get("security"),
                    method + " " + path)));
            assertEquals(null, document.get("security"));
        }
    }

    @Test
    void the_certificate_of_an_authority_is_for_everybody() throws Exception {
        try (var pki = RunningPki.on(state)) {
            var cluster = new Cluster(pki, folder);
            var serial = cluster.authority("ec-p256");
            var answer = cluster.fetch("/ca/%s/%s.crt".formatted(Cluster.NAME, serial));

            assertEquals(
                    "application/pkix-cert",
                    answer.headers().firstValue("Content-Type").orElseThrow());
            Files.write(folder.resolve("fetched"), answer.body());
            assertEquals(
                    Files.readString(folder.resolve("ca.pem")), cluster.run("openssl x509 -inform DER -in fetched"));
            for (var path : Set.of("/ca/%s/1.crt", "/ca/x%s/" + serial + ".crt", "/ca/%s/x.crt", "/ca/%s/" + serial)) {
                assertEquals(404, cluster.fetch(path.formatted(Cluster.NAME)).statusCode(), path);
            }
        }
    }
}

package dev.clusterbox.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots as a client of the service sees them. */
final class SnapshotControllerTest {

    private static final String TOKEN = "an-own-token-of-this-test-0123456789";
    private static final Pattern ID = Pattern.compile("\"id\":\"(?<id>[0-9a-f-]{36})\"");

    @TempDir
    Path state;

    @Test
    void several_machines_are_taken_listed_restored_and_forgotten() throws Exception {
        var token = Files.writeString(state.resolve("token"), TOKEN);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        try (var context = ApplicationContext.builder()
                .properties(Map.of("clusterbox.state", state.toString(), "micronaut.server.port", -1))
                .build()) {
            context.registerSingleton(MachineProvider.class, new InMemoryMachines());
            context.start();
            var server = context.getBean(EmbeddedServer.class).start();
            var at = server.getURI().toString();
            call(
                    at,
                    "PUT",
                    "/v1/providers/memory/networks/demo",
                    "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\"}");
            for (var host : new String[] {"lb:10", "node-1:21"}) {
                var parts = host.split(":", 2);
                call(at, "PUT", "/v1/providers/memory/machines/demo-" + parts[0], """
                        {"cluster":"demo","role":"node","hostName":"%s","network":"demo","address":"192.168.56.%s",
                         "cpus":1,"memoryMiB":256,"diskGiB":5}
                        """.formatted(parts[0], parts[1]));
            }
            call(at, "POST", "/v1/providers/memory/machines/demo-lb/start", "");
            assertTrue(call(at, "POST", "/v1/providers/memory/machines/demo-lb/pause", "")
                    .body()
                    .contains("\"power\":\"PAUSED\""));
            call(at, "POST", "/v1/providers/memory/machines/demo-lb/resume", "");

            var taken = call(at, "POST", "/v1/snapshots", """
                    {"provider":"memory","name":"before","machines":["demo-lb","demo-node-1"]}
                    """);
            assertEquals(201, taken.statusCode(), taken.body());
            var found = ID.matcher(taken.body());
            assertTrue(found.find(), taken.body());
            var one = "/v1/snapshots/" + found.group("id");
            assertTrue(
                    call(at, "GET", "/v1/snapshots?provider=memory", "").body().contains(found.group("id")));
            assertEquals(
                    200, call(at, "POST", one + "/restore?provider=memory", "").statusCode());
            assertTrue(call(at, "GET", "/v1/providers/memory/machines/demo-lb", "")
                    .body()
                    .contains("\"power\":\"RUNNING\""));
            assertEquals(204, call(at, "DELETE", one + "?provider=memory", "").statusCode());
            assertEquals(
                    "{\"snapshots\":[]}",
                    call(at, "GET", "/v1/snapshots?provider=memory", "").body());
            assertEquals(
                    404, call(at, "POST", one + "/restore?provider=memory", "").statusCode());
            assertEquals(
                    400,
                    call(at, "POST", "/v1/snapshots/x/restore?provider=memory", "")
                            .statusCode());
        }
    }

    private static HttpResponse<String> call(String at, String method, String path, String body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(at + path))
                            .header("Authorization", "Bearer " + TOKEN)
                            .header("Content-Type", "application/json")
                            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }
    }
}

package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The packaged program as a process, spoken to as the gateway does. */
final class Program {

    static final String TOKEN = "an-own-token-of-this-test-0123456789";
    static final String SEED_TOKEN = "0123456789abcdef0123456789abcdef";
    static final String MACHINES = "/v1/providers/nspawn/machines";

    /** Host names and addresses of a whole cluster. */
    static final Map<String, String> SEVEN = new LinkedHashMap<>();

    static {
        SEVEN.put("lb", "192.168.56.10");
        for (int i = 1; i <= 3; i++) {
            SEVEN.put("controller-" + i, "192.168.56.1" + i);
            SEVEN.put("node-" + i, "192.168.56.2" + i);
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path scratch;
    private final int port;
    private final HostState before;
    private @Nullable Process process;

    Program(Path scratch) throws Exception {
        this.scratch = scratch;
        this.before = HostState.now(state());
        TestHost.images();
        var token = Files.writeString(state().resolve("token"), TOKEN);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        start();
    }

    Path state() {
        return scratch.resolve("state");
    }

    Path artifacts() {
        return scratch.resolve("gateway/artifacts");
    }

    void start() throws Exception {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dclusterbox.state=" + state(),
                        "-Dclusterbox.images=" + System.getProperty("clusterbox.images"),
                        "-Dclusterbox.artifact-store=" + artifacts(),
                        "-Dmicronaut.server.port=" + port,
                        "-jar",
                        "target/vm-service.jar")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        for (int i = 0; i < 1500 && !isReady(); i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
        assertTrue(isReady(), Files.readString(log()));
    }

    private Path log() {
        return scratch.resolve("log");
    }

    private boolean isReady() throws Exception {
        try {
            return send(HttpRequest.newBuilder(uri("/health/readiness")).build())
                            .statusCode()
                    == 200;
        } catch (IOException _) {
            return false;
        }
    }

    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Removes everything by the interface, and then nothing of it may be left. */
    void cleanUp() throws Exception {
        for (var name : SEVEN.keySet()) {
            assertEquals(204, call("DELETE", MACHINES + "/demo-" + name, "").statusCode());
        }
        assertEquals(
                204, call("DELETE", "/v1/providers/nspawn/networks/demo", "").statusCode());
        assertEquals("{\"machines\":[]}", call("GET", MACHINES, "").body());
        assertEquals(before, HostState.now(state()));
        var log = Files.readString(log());
        assertFalse(log.contains(TOKEN) || log.contains(SEED_TOKEN), "no secret is logged");
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, BodyHandlers.ofString());
    }

    HttpResponse<String> call(String method, String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build());
    }

    void makeNetwork() throws Exception {
        var answer = call(
                "PUT", "/v1/providers/nspawn/networks/demo", "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\"}");
        assertTrue(Set.of(200, 201).contains(answer.statusCode()), answer.body());
    }

    static String machine(String hostName, String address) {
        return """
                {"cluster":"demo","role":"controller","hostName":"%s","network":"demo","address":"%s",
                 "cpus":1,"memoryMiB":256,"diskGiB":5,"hosts":{"lb":"192.168.56.10"}}
                """.formatted(hostName, address);
    }
}

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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program, spoken to as the gateway does, and killed. */
final class VmServiceIT {

    private static final String TOKEN = "an-own-token-of-this-test-0123456789";
    private static final String MACHINES = "/v1/providers/nspawn/machines";
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");

    private static final Map<String, String> SEVEN = new LinkedHashMap<>();

    static {
        SEVEN.put("lb", "192.168.56.10");
        for (int i = 1; i <= 3; i++) {
            SEVEN.put("controller-" + i, "192.168.56.1" + i);
            SEVEN.put("node-" + i, "192.168.56.2" + i);
        }
    }

    @TempDir
    Path scratch;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;
    private @Nullable Process service;
    private @Nullable HostState before;

    private Path state() {
        return scratch.resolve("state");
    }

    @BeforeEach
    void start() throws Exception {
        before = HostState.now(state());
        TestHost.images();
        var token = Files.writeString(state().resolve("token"), TOKEN);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        launch();
    }

    private void launch() throws Exception {
        service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dclusterbox.state=" + state(),
                        "-Dclusterbox.images=" + System.getProperty("clusterbox.images"),
                        "-Dmicronaut.server.port=" + port,
                        "-jar",
                        "target/vm-service.jar")
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(scratch.resolve("log").toFile()))
                .start();
        for (int i = 0; i < 1500 && !isReady(); i++) {
            Thread.sleep(Duration.ofMillis(20));
        }
        assertTrue(isReady(), Files.readString(scratch.resolve("log")));
    }

    private boolean isReady() throws Exception {
        try {
            var request = HttpRequest.newBuilder(uri("/health/readiness")).build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private void kill() throws InterruptedException {
        if (service != null) {
            service.destroyForcibly().waitFor();
        }
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        for (var name : SEVEN.keySet()) {
            assertEquals(204, call("DELETE", MACHINES + "/demo-" + name, "").statusCode());
        }
        assertEquals(
                204, call("DELETE", "/v1/providers/nspawn/networks/demo", "").statusCode());
        assertEquals("{\"machines\":[]}", call("GET", MACHINES, "").body());
        var log = Files.readString(scratch.resolve("log"));
        kill();
        assertEquals(before, HostState.now(state()));
        assertFalse(log.contains(TOKEN) || log.contains("0123456789abcdef0123"), "no secret is logged");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private void makeNetwork() throws Exception {
        var answer = call(
                "PUT", "/v1/providers/nspawn/networks/demo", "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\"}");
        assertTrue(Set.of(200, 201).contains(answer.statusCode()), answer.body());
    }

    private static String machine(String hostName, String address) {
        return """
                {"cluster":"demo","role":"controller","hostName":"%s","network":"demo","address":"%s",
                 "cpus":1,"memoryMiB":256,"diskGiB":5,"hosts":{"lb":"192.168.56.10"}}
                """.formatted(hostName, address);
    }

    /** What the gateway does for one machine. */
    private String up(String hostName, String address) throws Exception {
        var path = MACHINES + "/demo-" + hostName;
        var made = call("PUT", path, machine(hostName, address));
        assertTrue(Set.of(200, 201).contains(made.statusCode()), made.body());
        var id = ID.matcher(made.body());
        assertTrue(id.find(), made.body());
        var seed = """
                {"machine":"%s","token":"0123456789abcdef0123456789abcdef","gateway":"192.168.56.1:8443","hostName":"%s",
                 "address":"%s","authority":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n"}
                """.formatted(id.group(1), hostName, address);
        var planted = call("PUT", path + "/seed", seed);
        assertEquals(204, planted.statusCode(), planted.body());
        var started = call("POST", path + "/start", "");
        assertEquals(200, started.statusCode(), started.body());
        assertTrue(started.body().contains("\"power\":\"RUNNING\""), started.body());
        return id.group(1);
    }

    private List<String> upAll() throws Exception {
        List<Callable<String>> calls = new ArrayList<>();
        SEVEN.forEach((name, address) -> calls.add(() -> up(name, address)));
        var ids = new ArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var id : threads.invokeAll(calls)) {
                ids.add(id.get());
            }
        }
        return ids;
    }

    @Test
    void seven_machines_run_soon_and_asking_again_changes_nothing() throws Exception {
        makeNetwork();
        long start = System.nanoTime();
        var ids = upAll();
        var took = Duration.ofNanos(System.nanoTime() - start);

        assertEquals(ids, upAll());
        assertEquals(7, Set.copyOf(ids).size());
        assertTrue(took.toSeconds() < 10, took.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 120, 250, 400, 700})
    void killed_in_the_middle_and_started_again_it_ends_in_the_same_seven(int milliseconds) throws Exception {
        makeNetwork();
        var killer = Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(Duration.ofMillis(milliseconds));
                kill();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var known = ids(attempt());
        killer.join();
        launch();

        var ids = upAll();

        assertEquals(7, Set.copyOf(ids).size());
        assertTrue(ids.containsAll(known), known + " of " + ids);
        assertEquals(7, HostState.now(state()).processes().size(), "one outermost process for each machine");
    }

    /** Each answer that still came. */
    private List<HttpResponse<String>> attempt() throws InterruptedException {
        List<Callable<List<HttpResponse<String>>>> calls = new ArrayList<>();
        SEVEN.forEach((name, address) -> calls.add(() -> {
            var answers = new ArrayList<HttpResponse<String>>();
            try {
                answers.add(call("PUT", MACHINES + "/demo-" + name, machine(name, address)));
                answers.add(call("POST", MACHINES + "/demo-" + name + "/start", ""));
            } catch (IOException _) {
                // killed meanwhile
            }
            return answers;
        }));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.invokeAll(calls).stream()
                    .flatMap(answer -> answer.resultNow().stream())
                    .toList();
        }
    }

    private static Set<String> ids(List<HttpResponse<String>> answers) {
        return answers.stream()
                .map(answer -> ID.matcher(answer.body()))
                .filter(id -> id.find())
                .map(id -> id.group(1))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/providers",
                "/v1/host",
                "/v1/providers/nspawn/machines",
                "/v1/providers/nspawn/image",
                "/v1/nothing"
            })
    void without_a_token_nothing_is_told(String path) throws Exception {
        for (var header :
                List.of("", "Bearer ", "Bearer wrong-token-wrong-token-wrong-token", "Basic " + TOKEN, TOKEN)) {
            var request = HttpRequest.newBuilder(uri(path))
                    .header("Authorization", header)
                    .build();
            assertEquals(401, http.send(request, BodyHandlers.ofString()).statusCode(), header);
        }
        assertEquals(
                401,
                http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString())
                        .statusCode());
    }

    @Test
    void the_interface_describes_itself() throws Exception {
        var openapi = call("GET", "/openapi/vm-service-v1.yml", "");

        assertEquals(200, openapi.statusCode());
        assertTrue(openapi.body().contains("/v1/providers/{provider}/machines/{name}/seed"));
    }

    @Test
    void the_host_and_the_providers_are_told() throws Exception {
        var providers = call("GET", "/v1/providers", "").body();
        makeNetwork();
        var host = call("GET", "/v1/host", "").body();

        assertTrue(providers.contains("\"name\":\"nspawn\",\"available\":true"), providers);
        assertTrue(providers.contains("\"name\":\"virtualbox\",\"available\":false"), providers);
        assertTrue(host.contains("\"memoryMiB\":"), host);
        assertFalse(host.contains("192.168.56.0/24"), "made here, so it is not the host's own: " + host);
    }

    @Test
    void what_is_not_there_yet_says_so() throws Exception {
        assertEquals(503, call("GET", "/v1/providers/virtualbox/machines", "").statusCode());
        assertEquals(404, call("GET", "/v1/providers/other/machines", "").statusCode());
        assertEquals(404, call("GET", MACHINES + "/demo-lb", "").statusCode());
        assertEquals(404, call("POST", MACHINES + "/demo-lb/start", "").statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "%2e%2e",
                "..%2f..%2fetc",
                "demo-lb%2f..",
                "Demo-lb",
                "demo_lb",
                "-rf",
                "demo-lb%00",
                "demo lb",
                ".new-1",
                "%0a"
            })
    void a_name_that_is_no_name_is_refused(String name) throws Exception {
        makeNetwork();
        var path = MACHINES + "/" + name.replace(" ", "%20");

        for (var method : List.of("PUT", "GET", "DELETE")) {
            int status = call(method, path, method.equals("PUT") ? machine("lb", "192.168.56.10") : "")
                    .statusCode();
            assertTrue(status >= 400 && status < 500, method + " " + path + ": " + status);
        }
        assertEquals("{\"machines\":[]}", call("GET", MACHINES, "").body());
        try (var all = Files.list(state().resolve("nspawn/machines"))) {
            assertEquals(List.of(), all.toList());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"cpus\":1 | \"cpus\":0",
                "\"cpus\":1 | \"cpus\":-1",
                "\"cpus\":1 | \"cpus\":\"many\"",
                "\"cpus\":1 | \"cpus\":99999999999",
                "\"cpus\":1, | \"x\":1,",
                "\"cpus\":1 | \"cpus\":1,\"surprise\":true",
                "\"memoryMiB\":256 | \"memoryMiB\":1",
                "\"diskGiB\":5 | \"diskGiB\":100000000",
                "\"role\":\"controller\" | \"role\":\"king\"",
                "\"hostName\":\"lb\" | \"hostName\":\"../lb\"",
                "\"cluster\":\"demo\" | \"cluster\":\"other\"",
                "\"network\":\"demo\" | \"network\":\"../demo\"",
                "192.168.56.10 | 192.168.56.999",
                "192.168.56.10 | 192.168.57.10",
                "192.168.56.10 | 192.168.56.1",
                "\"lb\":\"192 | \"a b\":\"192",
                "{\"cluster | {{\"cluster"
            })
    void a_machine_that_cannot_be_is_refused_and_nothing_made(String right, String wrong) throws Exception {
        makeNetwork();
        var body = machine("lb", "192.168.56.10").replace(right, wrong);

        var answer = call("PUT", MACHINES + "/demo-lb", body);

        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.headers().firstValue("content-type").orElse("").contains("problem+json"));
        assertEquals("{\"machines\":[]}", call("GET", MACHINES, "").body());
    }

    @Test
    void a_body_without_end_is_refused() throws Exception {
        assertEquals(
                413,
                call("PUT", MACHINES + "/demo-lb", "{\"cluster\":\"" + "a".repeat(100_000) + "\"}")
                        .statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cidr\":\"8.8.8.0/24\",\"cluster\":\"demo\"}", "{\"cidr\":\"192.168.56.1/24\",\"cluster\":\"demo\"}",
                "{\"cidr\":\"192.168.56.0/24\"}", "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\",\"more\":1}",
                "{\"cidr\":\"192.168.56.0/24; reboot\",\"cluster\":\"demo\"}",
                        "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"De mo\"}"
            })
    void a_network_that_cannot_be_is_refused_and_nothing_made(String body) throws Exception {
        assertEquals(
                400, call("PUT", "/v1/providers/nspawn/networks/demo", body).statusCode());
        assertEquals(
                "{\"networks\":[]}",
                call("GET", "/v1/providers/nspawn/networks", "").body());
    }
}

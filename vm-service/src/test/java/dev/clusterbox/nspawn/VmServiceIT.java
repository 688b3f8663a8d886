package dev.clusterbox.nspawn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the interface tells, and what it refuses. */
@NullUnmarked // what all tests share is set before them
final class VmServiceIT {

    @TempDir
    static Path scratch;

    private static Program program;

    @BeforeAll
    static void start() throws Exception {
        program = new Program(scratch);
    }

    @AfterEach
    void everythingIsGone() throws Exception {
        program.cleanUp();
    }

    @AfterAll
    static void end() throws Exception {
        program.kill();
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
        for (var header : List.of(
                "", "Bearer ", "Bearer wrong-token-wrong-token-wrong-token", "Basic " + Program.TOKEN, Program.TOKEN)) {
            var request = HttpRequest.newBuilder(program.uri(path))
                    .header("Authorization", header)
                    .build();
            assertEquals(401, program.send(request).statusCode(), header);
        }
        assertEquals(
                401,
                program.send(HttpRequest.newBuilder(program.uri(path)).build()).statusCode());
    }

    @Test
    void the_interface_describes_itself() throws Exception {
        var openapi = program.call("GET", "/openapi/vm-service-v1.yml", "");

        assertEquals(200, openapi.statusCode());
        assertTrue(openapi.body().contains("/v1/providers/{provider}/machines/{name}/seed"));
    }

    @Test
    void the_host_and_the_providers_are_told() throws Exception {
        var providers = program.call("GET", "/v1/providers", "").body();
        program.makeNetwork();
        var host = program.call("GET", "/v1/host", "").body();

        assertTrue(providers.contains("\"name\":\"nspawn\",\"available\":true"), providers);
        assertTrue(providers.contains("\"name\":\"virtualbox\",\"available\":false"), providers);
        assertTrue(host.contains("\"memoryMiB\":"), host);
        assertFalse(host.contains("192.168.56.0/24"), "made here, so it is not the host's own: " + host);
    }

    @Test
    void a_closer_look_is_told_as_json_and_as_lines_for_terminals() throws Exception {
        var doctor = "/v1/providers/nspawn/doctor";
        var json = program.call("GET", doctor + "?memoryMiB=1024&diskMiB=10&cidr=192.168.56.0/24", "");
        assertEquals(200, json.statusCode(), json.body());
        assertTrue(json.body().contains("\"severity\":\"FINE\",\"about\":\"nspawn\""), json.body());

        var lines = program.send(HttpRequest.newBuilder(program.uri(doctor))
                .header("Authorization", "Bearer " + Program.TOKEN)
                .header("Accept", "text/plain")
                .build());
        assertTrue(lines.body().startsWith("FINE\tnspawn\t"), lines.body());

        assertEquals(404, program.call("GET", "/v1/providers/other/doctor", "").statusCode());
        for (var wrong : List.of("memoryMiB=-1", "memoryMiB=many", "cidr=8.8.8.0/24", "cidr=nonsense")) {
            assertEquals(400, program.call("GET", doctor + "?" + wrong, "").statusCode(), wrong);
        }
    }

    @Test
    void what_is_not_there_yet_says_so() throws Exception {
        assertEquals(
                503,
                program.call("GET", "/v1/providers/virtualbox/machines", "").statusCode());
        assertEquals(
                404, program.call("GET", "/v1/providers/other/machines", "").statusCode());
        assertEquals(404, program.call("GET", Program.MACHINES + "/demo-lb", "").statusCode());
        assertEquals(
                404,
                program.call("POST", Program.MACHINES + "/demo-lb/start", "").statusCode());
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
        program.makeNetwork();
        var path = Program.MACHINES + "/" + name.replace(" ", "%20");

        for (var method : List.of("PUT", "GET", "DELETE")) {
            int status = program.call(method, path, method.equals("PUT") ? Program.machine("lb", "192.168.56.10") : "")
                    .statusCode();
            assertTrue(status >= 400 && status < 500, method + " " + path + ": " + status);
        }
        assertEquals(
                "{\"machines\":[]}", program.call("GET", Program.MACHINES, "").body());
        try (var all = Files.list(program.state().resolve("nspawn/machines"))) {
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
        program.makeNetwork();
        var body = Program.machine("lb", "192.168.56.10").replace(right, wrong);

        var answer = program.call("PUT", Program.MACHINES + "/demo-lb", body);

        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(answer.headers().firstValue("content-type").orElse("").contains("problem+json"));
        assertEquals(
                "{\"machines\":[]}", program.call("GET", Program.MACHINES, "").body());
    }

    @Test
    void a_body_without_end_is_refused() throws Exception {
        assertEquals(
                413,
                program.call("PUT", Program.MACHINES + "/demo-lb", "{\"cluster\":\"" + "a".repeat(100_000) + "\"}")
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
                400,
                program.call("PUT", "/v1/providers/nspawn/networks/demo", body).statusCode());
        assertEquals(
                "{\"networks\":[]}",
                program.call("GET", "/v1/providers/nspawn/networks", "").body());
    }
}

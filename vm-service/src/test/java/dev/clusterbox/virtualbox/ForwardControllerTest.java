package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.machine.MachineProvider;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Port forwarding as a client of the service sees it, with the real VBoxManage. */
final class ForwardControllerTest {

    private static final String TOKEN = "an-own-token-of-this-test-0123456789";
    private static final String PROVIDER = "/v1/providers/" + TestBox.NAME;
    private static final String MACHINE = PROVIDER + "/machines/demo-lb";
    private static final String API =
            "{\"name\":\"api\",\"address\":\"127.0.0.1\",\"hostPort\":36443,\"machinePort\":6443}";

    @TempDir
    Path scratch;

    @Test
    void a_port_of_the_host_is_led_to_a_machine_listed_and_given_back() throws Exception {
        var state = Files.createDirectory(scratch.resolve("state"));
        var token = Files.writeString(state.resolve("token"), TOKEN);
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        try (var real = RealVirtualBox.start(scratch.resolve("virtualbox"));
                var context = ApplicationContext.builder()
                        .properties(Map.of("clusterbox.state", state.toString(), "micronaut.server.port", -1))
                        .build()) {
            var box = new TestBox(real, real.template("clusterbox-image-tiny"));
            context.registerSingleton(MachineProvider.class, box.provider("forwards"));
            context.start();
            var at = context.getBean(EmbeddedServer.class).start().getURI().toString();
            make(at);

            var body = "{\"hostPort\":36443,\"machinePort\":6443}";
            var added = call(at, "PUT", MACHINE + "/forwards/api", body);
            assertEquals(201, added.statusCode(), added.body());
            assertEquals(API, added.body());
            assertEquals(200, call(at, "PUT", MACHINE + "/forwards/api", body).statusCode());
            assertEquals(
                    "{\"forwards\":[%s]}".formatted(API),
                    call(at, "GET", MACHINE + "/forwards", "").body());
            assertTrue(real.manage()
                    .run("showvminfo", "demo-lb", "--machinereadable")
                    .contains("=\"api,tcp,127.0.0.1,36443,,6443\""));

            var other = call(at, "PUT", MACHINE + "/forwards/other", body);
            assertEquals(409, other.statusCode(), other.body());
            assertEquals(
                    400,
                    call(at, "PUT", MACHINE + "/forwards/web", "{\"hostPort\":0,\"machinePort\":80}")
                            .statusCode());
            assertEquals(
                    400,
                    call(at, "PUT", MACHINE + "/forwards/web", "{\"hostPort\":8080}")
                            .statusCode());
            assertEquals(
                    404,
                    call(at, "GET", MACHINE.replace("lb", "node-9") + "/forwards", "")
                            .statusCode());

            assertEquals(204, call(at, "DELETE", MACHINE + "/forwards/api", "").statusCode());
            assertEquals(204, call(at, "DELETE", MACHINE + "/forwards/api", "").statusCode());
            assertEquals(
                    "{\"forwards\":[]}",
                    call(at, "GET", MACHINE + "/forwards", "").body());
        }
    }

    private static void make(String at) throws Exception {
        call(at, "PUT", PROVIDER + "/networks/demo", "{\"cidr\":\"192.168.56.0/24\",\"cluster\":\"demo\"}");
        var made = call(at, "PUT", MACHINE, """
                {"cluster":"demo","role":"load-balancer","hostName":"lb","network":"demo","address":"192.168.56.10",
                 "cpus":1,"memoryMiB":128,"diskGiB":5}
                """);
        assertEquals(201, made.statusCode(), made.body());
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

package dev.clusterbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.Sshd;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service with other computers in its configuration. */
final class RemoteHostsTest {

    private static final String TOKEN = "an-own-token-of-this-test-0123456789";
    private static final String PREFIX = "clusterbox.virtualbox.ssh.";

    @TempDir
    Path scratch;

    private Map<String, Object> configuration(Map<String, Object> more) throws Exception {
        var state = Files.createDirectories(scratch.resolve("state"));
        Files.writeString(state.resolve("token"), TOKEN);
        Files.setPosixFilePermissions(state.resolve("token"), PosixFilePermissions.fromString("rw-------"));
        var all =
                new HashMap<String, Object>(Map.of("clusterbox.state", state.toString(), "micronaut.server.port", -1));
        all.putAll(more);
        return all;
    }

    private static String get(EmbeddedServer server, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(server.getURL() + path))
                    .header("Authorization", "Bearer " + TOKEN)
                    .build();
            return http.send(request, BodyHandlers.ofString()).body();
        }
    }

    @Test
    void each_host_is_a_provider_with_a_computer_of_its_own() throws Exception {
        try (var sshd = new Sshd(Files.createDirectory(scratch.resolve("ssh")))) {
            var program = sshd.program("VBoxManage", "echo WARNING: no kernel module; echo 7.2.22r173454");
            var target = sshd.target();
            var build = PREFIX + "build.";
            var off = PREFIX + "switched-off.";
            var server = ApplicationContext.run(
                    EmbeddedServer.class,
                    configuration(Map.of(
                            build + "host", target.host(),
                            build + "port", target.port(),
                            build + "user", target.user(),
                            build + "key-file", scratch.resolve("ssh/key").toString(),
                            build + "known-hosts-file", target.knownHosts().toString(),
                            build + "program", program,
                            off + "host", "127.0.99.99",
                            off + "user", "nobody",
                            off + "key-file", scratch.resolve("ssh/key").toString(),
                            off + "agents", "none")));
            try (server) {
                var hosts = get(server, "/v1/hosts");
                assertTrue(
                        hosts.contains("{\"name\":\"build\",\"providers\":[\"virtualbox-build\"],\"reachable\":true,"
                                + "\"why\":\"VirtualBox 7.2.22r173454\",\"virtualBox\":\"7.2.22r173454\"}"),
                        hosts);
                assertTrue(hosts.contains("\"name\":\"switched-off\""), hosts);
                assertTrue(hosts.contains("cannot be reached: Connection refused"), hosts);
                assertTrue(hosts.contains("{\"name\":\"local\",\"providers\":[\"nspawn\",\"virtualbox\"]"), hosts);
                var providers = get(server, "/v1/providers");
                assertTrue(providers.contains("\"name\":\"virtualbox-build\""), providers);
                assertTrue(providers.contains("\"name\":\"virtualbox-switched-off\",\"available\":false"), providers);
                assertTrue(get(server, "/v1/providers/virtualbox-build/host").contains("\"memoryMiB\":"));
                assertTrue(get(server, "/v1/providers/nspawn/host").contains("\"memoryMiB\":"));
                assertTrue(get(server, "/v1/host").contains("\"memoryMiB\":"));
                assertTrue(get(server, "/v1/providers/other/host").contains("there is no provider other"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "build | user | ada | build: host: null (expected: a name or an address)",
                "build | host | -oProxyCommand=x | build: host: -oProxyCommand=x (expected: a name or an address)",
                "build | user | a b | build: user: a b (expected: the name of a user there)",
                "build | port | 70000 | build: port: 70000 (expected: 1 to 65535)",
                "build | folder | machines | build: folder: machines (expected: an absolute path there)",
                "build | agents | gateway | build: agents: gateway (expected: HOST:PORT, or none)",
                "build | key-file | /no/such/key | build: key-file: /no/such/key (expected: a file that can be read)",
                "build | passphrase-file | /no/such/file | build: passphrase-file: /no/such/file (expected: a file that can be read)",
                "build | password-file | KEY | (expected: one of them)"
            })
    void a_setting_that_cannot_be_right_ends_the_service_with_a_sentence(
            String name, String key, String value, String sentence) throws Exception {
        var file = Files.writeString(scratch.resolve("key"), "").toString();
        var settings = new HashMap<String, Object>(Map.of("host", "build.example", "user", "ada", "key-file", file));
        if (key.equals("user") && value.equals("ada")) {
            settings.remove("host");
        }
        settings.put(key, value.replace("KEY", file));
        var all = new HashMap<String, Object>();
        settings.forEach((setting, text) -> all.put(PREFIX + name + "." + setting, text));

        var e = assertThrows(
                RuntimeException.class, () -> ApplicationContext.run(EmbeddedServer.class, configuration(all)));

        assertTrue(
                causes(e).stream().anyMatch(message -> message.contains(sentence)),
                causes(e).toString());
    }

    @Test
    void without_other_computers_there_is_this_one() throws Exception {
        try (var server = ApplicationContext.run(EmbeddedServer.class, configuration(Map.of()))) {
            var hosts = get(server, "/v1/hosts");

            assertEquals(1, hosts.split("\"name\":", -1).length - 1, hosts);
        }
    }

    private static List<String> causes(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
                .map(cause -> String.valueOf(cause.getMessage()))
                .toList();
    }
}

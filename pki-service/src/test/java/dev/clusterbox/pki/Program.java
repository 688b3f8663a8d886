package dev.clusterbox.pki;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.pki.RunningPki.Client;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packaged program as a process, whose log is in its state folder. */
record Program(Process process, Client client) {

    private static final Path JAR = Path.of("target", "pki-service.jar");

    /** Waits until it is ready. */
    static Program start(Path state) throws IOException, InterruptedException {
        return start(state, Map.of(), Map.of());
    }

    static Program start(Path state, Map<String, Object> more, Map<String, String> environment)
            throws IOException, InterruptedException {
        RunningPki.properties(state);
        int port = freePort();
        var process = launch(state, port, more, environment);
        var client = new Client(URI.create("http://127.0.0.1:" + port));
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!isReady(client)) {
            assertTrue(process.isAlive() && System.nanoTime() < deadline, () -> "not ready: " + state.resolve("log"));
            Thread.sleep(20);
        }
        return new Program(process, client);
    }

    static Process launch(Path state, int port) throws IOException {
        return launch(state, port, Map.of(), Map.of());
    }

    static Process launch(Path state, int port, Map<String, Object> more, Map<String, String> environment)
            throws IOException {
        var java = ProcessHandle.current().info().command().orElseThrow();
        var command = new ArrayList<>(List.of(java, "-Xmx96m"));
        var properties = new HashMap<String, Object>(TestDatabase.of(state));
        properties.put("clusterbox.state", state);
        properties.put("micronaut.server.port", port);
        properties.putAll(more);
        properties.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(state.resolve("log").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static boolean isReady(Client client) throws InterruptedException {
        try {
            return client.get("/health/readiness").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Stands in for all four services in the launcher's tests: it is told the same properties, has a health page, and plays
 * the gateway's part with operations that go as their names say. What it was asked is in {@code requests.log} in its
 * state folder, so that a test can look at it.
 */
final class StandIn {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef";

    private final Path state;
    private final Map<String, Integer> streams = new HashMap<>();

    private StandIn(Path state) {
        this.state = state;
    }

    public static void main(String[] arguments) throws IOException {
        var state = Path.of(System.getProperty("clusterbox.state"));
        Files.createDirectories(state);
        if (Files.exists(state.resolve("refuse-to-start"))) {
            System.out.println("the configuration is wrong");
            System.exit(1);
        }
        if (System.getProperty("clusterbox.pki.url") != null) {
            Files.createDirectories(state.resolve("tokens"));
            secret(state.resolve("tokens/slack-bot.token"));
            secret(state.resolve("tokens/admin.token"));
        }
        var port = Integer.getInteger("micronaut.server.port");
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", new StandIn(state)::handle);
        server.start();
        System.out.println("ready on port " + server.getAddress().getPort());
        Files.writeString(state.resolve("port"), server.getAddress().getPort() + "\n");
    }

    private static void secret(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, TOKEN + "\n");
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().toString();
            if (path.equals("/health")) {
                answer(exchange, 200, "UP");
                return;
            }
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            record(exchange.getRequestMethod() + " " + path + " " + exchange.getRequestHeaders().getFirst("Last-Event-ID")
                    + "\n" + body);
            if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer(exchange, 401, "no token\nsend one");
            } else if (path.startsWith("/v1/operations/") && path.endsWith("/progress")) {
                events(exchange, path.split("/")[3]);
            } else {
                answer(exchange, exchange.getRequestMethod() + " " + path, body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void record(String line) throws IOException {
        Files.writeString(state.resolve("requests.log"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void answer(HttpExchange exchange, String request, String body) throws IOException {
        if (request.startsWith("POST /v1/clusters?dryRun=true")) {
            answer(exchange, 200, "would make 7 machines");
        } else if (request.startsWith("POST")) {
            var name = body.replaceAll("(?s).*?\"?name\"?: ?\"?([a-z0-9-]+).*", "$1");
            switch (name) {
                case "taken" -> answer(exchange, 409, "cluster 'taken' is there with another shape\nchoose another name");
                case "alone" -> answer(exchange, 409, "a problem without a hint");
                default -> answer(exchange, 202, "op-" + name + "\n");
            }
        } else if (request.startsWith("DELETE")) {
            answer(exchange, 202, "op-down");
        } else if (request.endsWith("/machines/controller-1/enter")) {
            answer(exchange, 200, "setpriv\n--bounding-set=-sys_time,-sys_module\nnsenter\n--target="
                    + ProcessHandle.current().pid() + "\n--mount\n--\n/bin/sh\n-c\ntouch /tmp/evil\n");
        } else if (request.endsWith("/machines/evil-1/enter")) {
            answer(exchange, 200, "/bin/sh\n-c\ntouch /tmp/evil\n");
        } else if (request.endsWith("/machines/evil-2/enter")) {
            answer(exchange, 200, "nsenter\n--target\n1\n--mount\n");
        } else if (request.endsWith("/machines/evil-3/enter")) {
            answer(exchange, 200, "setpriv\n--reuid=0\nnsenter\n--target=77\n--all\n");
        } else if (request.equals("GET /v1/clusters")) {
            answer(exchange, 200, "NAME  STATE\ndemo  READY");
        } else if (request.startsWith("GET /v1/clusters/absent")) {
            answer(exchange, 404, "there is no cluster 'absent'\n./clusterbox list shows all");
        } else if (request.startsWith("GET /v1/clusters/")
                && String.valueOf(exchange.getRequestHeaders().get("Accept")).contains("json")) {
            answer(exchange, 200, "{\"name\":\"demo\",\"operation\":\"op-demo\"}");
        } else if (request.startsWith("GET /v1/operations/op-mute")) {
            answer(exchange, 200, "{\"id\":\"op-mute\",\"state\":\"FAILED\",\"steps\":[{\"id\":\"etcd\",\"state\":\"DONE\"}]}");
        } else if (request.startsWith("GET /v1/operations/op-lost")) {
            answer(exchange, 404, "there is no operation 'op-lost'\nlook at the cluster");
        } else {
            answer(exchange, 200, "demo is READY");
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** The operations: each is told as it would be by a gateway. */
    private void events(HttpExchange exchange, String operation) throws IOException, InterruptedException {
        if (operation.equals("op-lost")) {
            answer(exchange, 404, "there is no operation 'op-lost'");
            return;
        }
        if (operation.equals("op-mute")) {
            answer(exchange, 200, "");
            return;
        }
        int time;
        synchronized (this) {
            time = streams.merge(operation, 1, Integer::sum);
        }
        exchange.sendResponseHeaders(200, 0);
        event(exchange, "operation-started", "", "", "", "", "", "");
        event(exchange, "step-started", "check-host", "Check the host", "", "", "", "");
        event(exchange, "step-done", "check-host", "Check the host", "", "", "0.1234", "");
        event(exchange, "step-started", "machines", "Create machines", "0", "7", "", "");
        event(exchange, "step-started", "authorities", "Create authorities", "0", "3", "", "");
        if (operation.equals("op-slow")) {
            Thread.sleep(30_000);
        }
        if (operation.equals("op-torn") && time == 1) {
            return;
        }
        event(exchange, "step-progress", "machines", "Create machines", "4", "7", "", "demo-node-1 is up");
        event(exchange, "step-done", "authorities", "Create authorities", "3", "3", "0.2", "");
        event(exchange, "step-done", "machines", "Create machines", "7", "7", "1.35", "");
        if (operation.equals("op-broken")) {
            event(exchange, "step-started", "etcd", "Start etcd", "0", "3", "", "");
            event(exchange, "step-failed", "etcd", "Start etcd", "2", "3", "30", "etcd on demo-controller-2 does not answer");
            event(exchange, "operation-failed", "", "", "", "", "31.6",
                    "etcd on demo-controller-2 does not answer (journalctl -u etcd says why)");
            return;
        }
        if (operation.equals("op-loud")) {
            event(exchange, "step-done", "etcd", "Start \u001b[31metcd\u0007", "3", "3", "1", "\u001b]0;owned\u0007$(touch x)`id`");
        }
        event(exchange, "operation-succeeded", "", "", "", "", "1.6", "");
    }

    private static void event(HttpExchange exchange, String... fields) throws IOException {
        exchange.getResponseBody().write((String.join("\t", fields) + "\n").getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }
}

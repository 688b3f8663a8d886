import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * Stands in for all four services in the launcher's tests: it is told the same properties, has a health page, and plays
 * the gateway's part with operations that go as their names say. What it was asked is in {@code requests.log} in its
 * state folder, so that a test can look at it.
 */
final class StandIn {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef";

    private final Path state;
    private final String token;
    private final Map<String, Integer> streams = new HashMap<>();
    private final Set<String> ready = ConcurrentHashMap.newKeySet();

    private StandIn(Path state, String token) {
        this.state = state;
        this.token = token;
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
        Files.write(state.resolve("told"), told());
        var tokenFile = System.getProperty("clusterbox.token-file");
        var token = tokenFile == null ? TOKEN : Files.readString(Path.of(tokenFile)).strip();
        var port = Integer.getInteger("micronaut.server.port");
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", new StandIn(state, token)::handle);
        server.start();
        System.out.println("ready on port " + server.getAddress().getPort());
        Files.writeString(state.resolve("port"), server.getAddress().getPort() + "\n");
    }

    private static List<String> told() {
        return System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("clusterbox."))
                .map(name -> name + "=" + System.getProperty(name))
                .sorted()
                .toList();
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
                answer(exchange, Files.exists(state.resolve("not-ready")) ? 503 : 200, "UP");
                return;
            }
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            record(exchange.getRequestMethod() + " " + path + " " + exchange.getRequestHeaders().getFirst("Last-Event-ID")
                    + "\n" + body);
            if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                answer(exchange, 401, "no token\nsend one");
            } else if (path.startsWith("/v1/operations/") && path.endsWith("/progress")) {
                events(exchange, path.split("/")[3]);
            } else if (path.contains("/credentials")) {
                credentials(exchange, body);
            } else if (path.contains("/join-tokens")) {
                joinTokens(exchange);
            } else if (path.startsWith("/v1/releases/")) {
                artifacts(exchange);
            } else if (path.equals("/v1/providers/nspawn/image") || path.equals("/v1/providers/virtualbox/image")) {
                image(exchange);
            } else if (path.equals("/v1/providers/virtualbox/doctor")) {
                answer(exchange, 200, "FINE\tversion\tVirtualBox 7.2.22\t\n"
                        + "WARNING\tKVM\tkvm_intel has the processor\tmodprobe -r kvm_intel\n"
                        + "PROBLEM\tmemory\t2000 MiB are available\tend \u001b]0;owned\u0007other programs\n");
            } else if (path.startsWith("/v1/providers/virtualbox/images")) {
                answer(exchange, 200, "image-0a1b\t1834\t2026-01-02T03:04:05Z\tcurrent\tdemo-node-1, demo-node-2\n"
                        + "image-9f8e\t1790\t2025-12-01T03:04:05Z\t\t\n");
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

    private void answer(HttpExchange exchange, String request, String body) throws IOException {
        if (request.startsWith("POST /v1/clusters?dryRun=true")) {
            answer(exchange, 200, "would make 7 machines");
        } else if (request.startsWith("POST /v1/clusters/absent/") || request.startsWith("PATCH /v1/clusters/absent")) {
            answer(exchange, 404, "there is no cluster 'absent'\n./clusterbox list shows all");
        } else if (request.startsWith("PATCH") || request.matches("POST /v1/clusters/[a-z]+/(stop|start|machines/[a-z0-9-]+/replace)")) {
            answer(exchange, 202, "op-" + request.split("/")[3] + "\n");
        } else if (request.startsWith("POST") && request.endsWith("/smoke-test")) {
            answer(exchange, 202, "op-smoke-" + request.split("/")[3] + "\n");
        } else if (request.startsWith("POST")) {
            var name = body.replaceAll("(?s).*?\"?name\"?: ?\"?([a-z0-9-]+).*", "$1");
            switch (name) {
                case "taken" -> answer(exchange, 409, "cluster 'taken' is there with another shape\nchoose another name");
                case "alone" -> answer(exchange, 409, "a problem without a hint");
                default -> {
                    if (!body.contains("\"through\"")) {
                        ready.add(name);
                    } else {
                        ready.remove(name);
                    }
                    answer(exchange, 202, "op-" + name + "\n");
                }
            }
        } else if (request.startsWith("DELETE")) {
            answer(exchange, 202, "op-down");
        } else if (request.endsWith("/machines/controller-1/enter")) {
            answer(exchange, 200, "setpriv\n--bounding-set=-sys_time,-sys_module\nnsenter\n--target="
                    + ProcessHandle.current().pid() + "\n--mount\n--\n/bin/sh\n-c\ntouch /tmp/evil\n");
        } else if (request.endsWith("/machines/virtual-1/enter")) {
            answer(exchange, 200, Files.readString(state.resolve("enter")));
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
            answer(exchange, 200, "{\"name\":\"demo\",\"state\":{\"kind\":\"%s\"},\"operation\":\"op-demo\"%s}"
                    .formatted(
                            ready.contains(request.split("/")[3]) ? "READY" : "REACHED",
                            request.endsWith("/virtual") ? ",\"provider\":\"virtualbox\"" : ""));
        } else if (request.startsWith("GET /v1/clusters/tried") || request.startsWith("GET /v1/clusters/unwell")) {
            answer(exchange, 200, """
                    demo: ready
                      node-1  running

                    Smoke test: 2 of 3 passed, 2026-01-02T03:04:05Z
                      ok    encryption at rest   0.4 s
                      ok    deployment           2.1 s
                      FAIL  names                5.0 s  \u001b]0;owned\u0007nslookup: no answer

                    HAProxy's statistics: http://192.168.56.10:9000/
                    """);
        } else if (request.startsWith("GET /v1/operations/op-mute")) {
            answer(exchange, 200, "{\"id\":\"op-mute\",\"state\":\"FAILED\",\"steps\":[{\"id\":\"etcd\",\"state\":\"DONE\"}]}");
        } else if (request.startsWith("GET /v1/operations/op-lost")) {
            answer(exchange, 404, "there is no operation 'op-lost'\nlook at the cluster");
        } else {
            answer(exchange, 200, "demo is READY");
        }
    }

    private static void joinTokens(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (path.startsWith("/v1/clusters/absent/")) {
            answer(exchange, 404, "there is no cluster 'absent'\n./clusterbox list shows all");
        } else if (path.startsWith("/v1/clusters/evil/")) {
            answer(exchange, 201, "node=worker-1\naddress=$(touch /tmp/evil)\n");
        } else {
            switch (exchange.getRequestMethod()) {
                case "POST" -> answer(exchange, 201, "node=worker-1\naddress=192.168.56.221\ngateway=192.168.56.1:8444\n"
                        + "authority=" + "0a".repeat(32) + "\ntoken=cbjoin_abcdefghij_" + "0123456789".repeat(4) + "012\n");
                case "DELETE" -> exchange.sendResponseHeaders(204, -1);
                default -> answer(exchange, 200, "ID  NODE\nabcdefghij  worker-1\n");
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Signs what openssl can read, with the authority that the test has made; or says what the test wants to be said. */
    private void credentials(HttpExchange exchange, String body) throws IOException, InterruptedException {
        if (exchange.getRequestURI().getPath().startsWith("/v1/clusters/absent/")) {
            answer(exchange, 404, "there is no cluster 'absent'\n./clusterbox list shows all");
            return;
        }
        if (Files.exists(state.resolve("credential"))) {
            answer(exchange, 201, Files.readString(state.resolve("credential")));
            return;
        }
        var request = Files.writeString(Files.createTempFile(state, "request", ".pem"), body);
        var query = exchange.getRequestURI().getQuery();
        var signing = new ProcessBuilder("openssl", "x509", "-req", "-sha256", "-days", "1", "-in", request.toString(),
                        "-CA", state.resolve("authority.pem").toString(), "-CAkey", state.resolve("authority.key").toString(),
                        "-set_serial", Long.toString(System.nanoTime()),
                        "-subj", "/CN=" + (query == null ? "caller" : query.substring("user=".length())))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var certificate = new String(signing.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (signing.waitFor() != 0) {
            answer(exchange, 400, "that is no request for a certificate\nsend PKCS#10");
            return;
        }
        var life = state.resolve("life");
        var seconds = Files.exists(life) ? Long.parseLong(Files.readString(life).strip()) : 8 * 3600;
        var server = state.resolve("server");
        answer(exchange, 201, "%s\n%s\n%s%s".formatted(
                Files.exists(server) ? Files.readString(server).strip() : "https://192.168.56.10:6443",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(seconds),
                Files.readString(state.resolve("authority.pem")),
                certificate));
    }

    /** Two items: one that is there, one that takes two looks. */
    private void artifacts(HttpExchange exchange) throws IOException {
        int look;
        synchronized (this) {
            look = exchange.getRequestMethod().equals("PUT") ? 0 : streams.merge("artifacts", 1, Integer::sum);
            streams.put("artifacts", look);
        }
        if (exchange.getRequestURI().getPath().contains("/9.9/")) {
            answer(exchange, 404, "there is no release '9.9'\n1.36 is there");
        } else if (Files.exists(state.resolve("nothing-to-be-had"))) {
            answer(exchange, 200, "FAILED\n" + row("kubelet", "MISSING", "https://dl.example/kubelet answers 404")
                    + "1 of 2 artifacts could not be had\nset CLUSTERBOX_MIRROR\n");
        } else if (look < 2) {
            answer(exchange, 200, "PREPARING\n" + row("kubelet", "DOWNLOADING", (20 + look) + " of 84 MB from dl.example")
                    + row("etcd", "PACKAGE", "etcd-server"));
        } else {
            Files.writeString(Files.createDirectories(state.resolve("artifacts")).resolve("0a".repeat(32)), "x".repeat(3 << 20));
            answer(exchange, 200, "READY\n" + row("kubelet", "READY", "dl.example") + row("etcd", "PACKAGE", "etcd-server"));
        }
    }

    private static String row(String name, String state, String from) {
        return "%-24s %-8s %-11s %s\n".formatted(name, "1.36.2", state, from);
    }

    private void image(HttpExchange exchange) throws IOException {
        if (Files.exists(state.resolve("no-image"))) {
            answer(exchange, 200, "{\"state\":\"FAILED\",\"progress\":\"failed\",\"downloadMiB\":0,\"problem\":{\"code\":\"FAILED\","
                    + "\"message\":\"no mirror answers\",\"hint\":\"\"}}");
        } else if (exchange.getRequestMethod().equals("PUT")) {
            answer(exchange, 202, "{\"state\":\"BUILDING\",\"progress\":\"unpacking\",\"downloadMiB\":115}");
        } else {
            answer(exchange, 200, "{\"state\":\"READY\",\"id\":\"base-1\",\"progress\":\"ready\",\"downloadMiB\":0}");
        }
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
        if (operation.startsWith("op-smoke-")) {
            event(exchange, "step-started", "smoke-test", "Smoke test", "0", "3", "", "");
            event(exchange, "step-progress", "smoke-test", "Smoke test", "1", "3", "", "encryption at rest: ok");
            if (operation.endsWith("-unwell")) {
                event(exchange, "step-failed", "smoke-test", "Smoke test", "2", "3", "7.5", "names: nslookup: no answer");
                event(exchange, "operation-failed", "", "", "", "", "8", "the smoke test failed: names");
                return;
            }
            event(exchange, "step-done", "smoke-test", "Smoke test", "3", "3", "7.5", "");
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

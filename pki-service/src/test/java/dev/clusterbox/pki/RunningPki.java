package dev.clusterbox.pki;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The service with a state folder of its own, and what a caller needs to talk to it. */
public final class RunningPki implements AutoCloseable {

    public static final String TOKEN = "a-token-for-tests-that-is-long-enough-0123456789";
    public static final String PASSPHRASE = "a passphrase for tests only, 0123456789";

    private final EmbeddedServer server;
    private final Client client;

    private RunningPki(EmbeddedServer server) {
        this.server = server;
        this.client = new Client(server.getURI());
    }

    public static RunningPki on(Path state) throws IOException {
        return new RunningPki(ApplicationContext.run(EmbeddedServer.class, properties(state)));
    }

    /** @param more properties, for example {@code clusterbox.pki.public-url} */
    public static RunningPki on(Path state, Map<String, Object> more) throws IOException {
        var properties = new HashMap<>(properties(state));
        properties.putAll(more);
        return new RunningPki(ApplicationContext.run(EmbeddedServer.class, properties));
    }

    /** Makes the secrets that are not there. */
    public static Map<String, Object> properties(Path state) throws IOException {
        secret(state.resolve("token"), TOKEN);
        secret(state.resolve("passphrase"), PASSPHRASE);
        var properties = new HashMap<String, Object>();
        properties.put("clusterbox.state", state.toString());
        properties.put("micronaut.server.port", "-1");
        properties.putAll(TestDatabase.of(state));
        return properties;
    }

    public <T> T bean(Class<T> type) {
        return server.getApplicationContext().getBean(type);
    }

    public Client client() {
        return client;
    }

    @Override
    public void close() {
        server.close();
    }

    private static void secret(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text + "\n");
        }
    }

    /** Talks to the service as the gateway does. */
    public record Client(URI uri, HttpClient http, String token) {

        private static final String PEM = "application/x-pem-file";

        public Client(URI uri) {
            this(
                    uri,
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
                    TOKEN);
        }

        /** The same with another token. */
        public Client with(String another) {
            return new Client(uri, http, another);
        }

        public Answer get(String path) throws IOException, InterruptedException {
            return send(request(path).GET());
        }

        public Answer put(String path) throws IOException, InterruptedException {
            return send(request(path).PUT(BodyPublishers.noBody()));
        }

        public Answer delete(String path) throws IOException, InterruptedException {
            return send(request(path).DELETE());
        }

        public Answer postJson(String path, String json) throws IOException, InterruptedException {
            return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
        }

        public Answer issue(Wish wish, byte[] csr, String... headers) throws IOException, InterruptedException {
            var request = request(wish.path()).POST(BodyPublishers.ofByteArray(csr));
            request.header("Content-Type", csr.length > 0 && csr[0] == '-' ? PEM : "application/pkcs10");
            return send(headers.length > 0 ? request.headers(headers) : request);
        }

        public HttpRequest.Builder request(String path) {
            return HttpRequest.newBuilder(uri.resolve(path)).header("Authorization", "Bearer " + token);
        }

        public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
            return new Answer(http.send(request.build(), BodyHandlers.ofString()));
        }
    }

    /** What a certificate is wished to say. */
    public record Wish(String authority, String profile, String subject, List<String> names) {

        public static Wish agent(String machine) {
            return new Wish("installation", "agent", "CN=%s,O=clusterbox:agents".formatted(machine), List.of());
        }

        String path() {
            var path = new StringBuilder("/v1/authorities/%s/certificates?profile=%s&subject=%s"
                    .formatted(encode(authority), encode(profile), encode(subject)));
            names.forEach(name -> path.append("&san=").append(encode(name)));
            return path.toString();
        }

        private static String encode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    /** An answer, and the few things that tests look for in it. */
    public record Answer(int status, String contentType, String body) {

        Answer(HttpResponse<String> response) {
            this(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body());
        }

        /** The texts of a field of JSON that has it several times, as they are. */
        public List<String> fields(String name) {
            return Pattern.compile("\"%s\":\"([^\"]*)\"".formatted(name))
                    .matcher(body)
                    .results()
                    .map(it -> it.group(1))
                    .toList();
        }

        /** The text of a field of JSON that has it once, unescaped. */
        public String field(String name) {
            var matcher = Pattern.compile("\"%s\":\"((?:[^\"\\\\]++|\\\\.)*)\"".formatted(name))
                    .matcher(body);
            if (!matcher.find()) {
                throw new AssertionError("no field '%s' in %s".formatted(name, body));
            }
            return matcher.group(1).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
        }
    }
}

package dev.clusterbox.fetch;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks for what is published, and follows redirects to https, or to the same place, only. */
public final class Http {

    private static final Duration CONNECT = Duration.ofSeconds(4);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_TEXT = 256 * 1024;

    /** It is known already that nobody is there; the message says all. */
    public static final class OutOfReach extends ConnectException {

        public OutOfReach(String trouble) {
            super(trouble);
        }
    }

    private @Nullable HttpClient client;

    /** Close the body. */
    public HttpResponse<InputStream> get(URI uri, Map<String, String> headers)
            throws IOException, InterruptedException {
        return follow("GET", uri, headers, ANSWER);
    }

    /** @param limit after which there is no answer */
    public HttpResponse<InputStream> head(URI uri, Duration limit) throws IOException, InterruptedException {
        return follow("HEAD", uri, Map.of(), limit);
    }

    /** Whether anybody answers there, whatever the answer. */
    public void probe(URI uri, Duration limit) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .timeout(limit)
                .build();
        client().send(request, BodyHandlers.discarding());
    }

    /** A small text. */
    public String text(URI uri) throws IOException, InterruptedException {
        var answer = get(uri, Map.of());
        try (var in = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException("%s answers %d".formatted(uri, answer.statusCode()));
            }
            var watchdog = Thread.ofVirtual().start(() -> closeLater(in));
            try {
                return new String(in.readNBytes(MOST_TEXT), StandardCharsets.UTF_8);
            } finally {
                watchdog.interrupt();
            }
        }
    }

    /** Reading has no timeout of its own; to close the stream ends it. */
    private static void closeLater(InputStream in) {
        try {
            Thread.sleep(ANSWER);
            in.close();
        } catch (InterruptedException | IOException e) {
            // The reader is done, or learns it by itself.
        }
    }

    /** How a failure reads: the client's own words are often none. */
    public static String said(URI uri, IOException e) {
        if (e instanceof OutOfReach) {
            return String.valueOf(e.getMessage());
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.nio.channels.UnresolvedAddressException
                    || cause instanceof java.net.UnknownHostException) {
                return "%s is not known here".formatted(uri.getHost());
            }
            if (cause instanceof java.net.http.HttpTimeoutException) {
                return "%s does not answer".formatted(uri.getHost());
            }
        }
        var message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return "%s: %s"
                .formatted(
                        uri.getHost(),
                        e instanceof ConnectException && e.getMessage() == null ? "cannot be reached" : message);
    }

    private HttpResponse<InputStream> follow(String method, URI from, Map<String, String> headers, Duration limit)
            throws IOException, InterruptedException {
        var uri = from;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            var request = HttpRequest.newBuilder(uri)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .timeout(limit);
            headers.forEach(request::header);
            var answer = client().send(request.build(), BodyHandlers.ofInputStream());
            var location = answer.headers().firstValue("Location");
            if (answer.statusCode() < 300 || answer.statusCode() >= 400 || location.isEmpty()) {
                return answer;
            }
            answer.body().close();
            uri = redirected(uri, location.get());
        }
        throw new IOException("more than %d redirects".formatted(MOST_REDIRECTS));
    }

    private static URI redirected(URI from, String location) {
        try {
            var to = from.resolve(location);
            if (("https".equals(to.getScheme()) && to.getHost() != null)
                    || authority(from).equals(authority(to))) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw Problem.failed(
                        "%s redirects to '%s' (expected: https)".formatted(from, shortened(location)),
                        "do not use it: look into why")
                .asException();
    }

    /** Which server is meant. */
    public static String authority(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** What a server says ends up on a terminal. */
    private static String shortened(String text) {
        var printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 200 ? printable.substring(0, 200) + "…" : printable;
    }

    /** Made late: most services never fetch anything. */
    private synchronized HttpClient client() {
        if (client == null) {
            var builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER);
            EnvironmentProxies.find(System.getenv()).ifPresent(builder::proxy);
            client = builder.build();
        }
        return client;
    }
}

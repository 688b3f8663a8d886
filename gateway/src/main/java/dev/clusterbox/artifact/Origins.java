package dev.clusterbox.artifact;

import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Where files are fetched from: a mirror, which has {@code https://HOST/PATH} at {@code MIRROR/HOST/PATH} (as
 * {@code wget -x} lays it out), then the publisher.
 */
@Singleton
class Origins {

    private static final Duration CONNECT = Duration.ofSeconds(4);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration PROBE = Duration.ofSeconds(4);

    /** What a probe has found is believed by what follows it. */
    private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_TEXT = 256 * 1024;

    /** A probe has found it; the message says all. */
    private static final class OutOfReach extends ConnectException {
        OutOfReach(String trouble) {
            super(trouble);
        }
    }

    private record Finding(Optional<String> trouble, long at) {}

    private final Optional<URI> mirror;
    private final boolean publishers;
    private final Map<String, Finding> findings = new ConcurrentHashMap<>();
    private @Nullable HttpClient http;

    /**
     * @param mirror a URL; empty where there is none
     * @param publishers whether the publishers are asked at all
     */
    Origins(@Value("${clusterbox.mirror:}") String mirror, @Value("${clusterbox.publishers:true}") boolean publishers) {
        this.mirror = mirror.isBlank() ? Optional.empty() : Optional.of(checked(mirror.strip()));
        this.publishers = publishers;
    }

    private static URI checked(String text) {
        try {
            var uri = URI.create(text.endsWith("/") ? text : text + "/");
            var scheme = uri.getScheme();
            if (("http".equals(scheme) || "https".equals(scheme))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "clusterbox.mirror: '%s' (expected: a URL such as https://mirror.example/artifacts)".formatted(text));
    }

    /** Where to look for what is published there, in order; empty where nobody may be asked. */
    List<URI> of(URI published) {
        var places = new ArrayList<URI>();
        mirror.ifPresent(uri -> places.add(uri.resolve(published.getHost() + published.getRawPath())));
        if (publishers) {
            places.add(published);
        }
        return places;
    }

    /**
     * Says for each of these publications why it cannot be had, as far as that can be told in seconds: one question to each
     * host, all at once. What is not in the answer may be there.
     */
    Map<URI, String> unreachable(List<URI> published) throws InterruptedException {
        var questions = new TreeMap<String, URI>();
        published.stream().flatMap(uri -> of(uri).stream()).forEach(uri -> questions.putIfAbsent(authority(uri), uri));
        ask(questions);
        var reasons = new TreeMap<URI, String>();
        for (var uri : published) {
            var places = of(uri);
            if (places.isEmpty()) {
                reasons.put(uri, "publishers are not asked (clusterbox.publishers)");
            } else if (places.stream().allMatch(place -> known(place).isPresent())) {
                reasons.put(uri, known(places.getLast()).orElseThrow());
            }
        }
        return reasons;
    }

    private void ask(Map<String, URI> questions) throws InterruptedException {
        var asked = new TreeMap<String, FutureTask<Optional<String>>>();
        questions.forEach((authority, uri) -> {
            var finding = findings.get(authority);
            if (finding == null || System.nanoTime() - finding.at > BELIEVED_NANOS) {
                var task = new FutureTask<>(() -> trouble(uri));
                asked.put(authority, task);
                // Names are looked up by a call that blocks its carrier: no virtual thread.
                Thread.ofPlatform().daemon().name("probe-" + authority).start(task);
            }
        });
        long deadline = System.nanoTime() + PROBE.toNanos();
        for (var entry : asked.entrySet()) {
            var trouble = Optional.of("no answer in %d s".formatted(PROBE.toSeconds()));
            try {
                trouble = entry.getValue().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                entry.getValue().cancel(true);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
            findings.put(entry.getKey(), new Finding(trouble, System.nanoTime()));
        }
    }

    private Optional<String> trouble(URI uri) throws InterruptedException {
        try {
            if (!EnvironmentProxies.anyStated(System.getenv())) {
                // Without a network this is the answer, before there is a client, which takes longest.
                InetAddress.getByName(uri.getHost());
            }
            var request = HttpRequest.newBuilder(uri)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .timeout(PROBE)
                    .build();
            client().send(request, BodyHandlers.discarding());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(said(uri, e));
        }
    }

    private Optional<String> known(URI uri) {
        return Optional.ofNullable(findings.get(authority(uri)))
                .filter(finding -> System.nanoTime() - finding.at <= BELIEVED_NANOS)
                .flatMap(Finding::trouble);
    }

    /** Throws if it was found a moment ago that nobody is there. */
    void requireReachable(URI uri) throws ConnectException {
        var trouble = known(uri);
        if (trouble.isPresent()) {
            throw new OutOfReach(trouble.get());
        }
    }

    private static String authority(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** How a failure reads: the client's own words are often none. */
    static String said(URI uri, IOException e) {
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

    /** How large it is, without fetching it; 0 where nobody says. */
    long size(URI uri) throws InterruptedException {
        try {
            requireReachable(uri);
            var answer = follow("HEAD", uri, Map.of());
            answer.body().close();
            return answer.statusCode() == 200
                    ? answer.headers().firstValueAsLong("Content-Length").orElse(0)
                    : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Follows redirects to https, or to the same place; close the body. */
    HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws IOException, InterruptedException {
        requireReachable(uri);
        return follow("GET", uri, headers);
    }

    private HttpResponse<InputStream> follow(String method, URI from, Map<String, String> headers)
            throws IOException, InterruptedException {
        var uri = from;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            var request = HttpRequest.newBuilder(uri)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .timeout(method.equals("HEAD") ? PROBE : ANSWER);
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

    /** What a server says ends up on a terminal. */
    private static String shortened(String text) {
        var printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 200 ? printable.substring(0, 200) + "…" : printable;
    }

    /** A small text. */
    String text(URI uri) throws IOException, InterruptedException {
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

    /** Made late: most gateways never fetch anything. */
    private synchronized HttpClient client() {
        if (http == null) {
            var builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER);
            EnvironmentProxies.find(System.getenv()).ifPresent(builder::proxy);
            http = builder.build();
        }
        return http;
    }
}

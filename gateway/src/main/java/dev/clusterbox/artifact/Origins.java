package dev.clusterbox.artifact;

import dev.clusterbox.fetch.EnvironmentProxies;
import dev.clusterbox.fetch.Http;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpResponse;
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

/**
 * Where files are fetched from: a mirror, which has {@code https://HOST/PATH} at {@code MIRROR/HOST/PATH} (as
 * {@code wget -x} lays it out), then the publisher.
 */
@Singleton
class Origins {

    private static final Duration PROBE = Duration.ofSeconds(4);

    /** What a probe has found is believed by what follows it. */
    private static final long BELIEVED_NANOS = TimeUnit.SECONDS.toNanos(60);

    private record Finding(Optional<String> trouble, long at) {}

    private final Optional<URI> mirror;
    private final boolean publishers;
    private final Map<String, Finding> findings = new ConcurrentHashMap<>();
    private final Http http = new Http();

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
        published.stream()
                .flatMap(uri -> of(uri).stream())
                .forEach(uri -> questions.putIfAbsent(Http.authority(uri), uri));
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
            http.probe(uri, PROBE);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Http.said(uri, e));
        }
    }

    private Optional<String> known(URI uri) {
        return Optional.ofNullable(findings.get(Http.authority(uri)))
                .filter(finding -> System.nanoTime() - finding.at <= BELIEVED_NANOS)
                .flatMap(Finding::trouble);
    }

    /** Throws if it was found a moment ago that nobody is there. */
    void requireReachable(URI uri) throws ConnectException {
        var trouble = known(uri);
        if (trouble.isPresent()) {
            throw new Http.OutOfReach(trouble.get());
        }
    }

    /** How large it is, without fetching it; 0 where nobody says. */
    long size(URI uri) throws InterruptedException {
        try {
            requireReachable(uri);
            var answer = http.head(uri, PROBE);
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
        return http.get(uri, headers);
    }

    /** A small text. */
    String text(URI uri) throws IOException, InterruptedException {
        requireReachable(uri);
        return http.text(uri);
    }
}

package dev.clusterbox.pki.revocation;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Something signed that caches may keep for a while, and whose holder may ask whether it is still the latest (RFC 9110, 13). */
public final class CachedAnswer {

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final byte[] body;
    private final String type;
    private final String version;
    private final Instant since;
    private final Instant until;
    private final Duration fresh;

    /**
     * @param version tells it from those before and after it
     * @param until from when on nobody may rely on it
     * @param fresh for how long a cache need not ask again
     */
    public CachedAnswer(byte[] body, String type, String version, Instant since, Instant until, Duration fresh) {
        this.body = body;
        this.type = type;
        this.version = version;
        this.since = since;
        this.until = until;
        this.fresh = fresh;
    }

    public HttpResponse<?> to(HttpRequest<?> request) {
        MutableHttpResponse<byte[]> answer = has(request)
                ? HttpResponse.notModified()
                : HttpResponse.ok(body).contentType(type);
        return answer.header(HttpHeaders.ETAG, tag())
                .header(HttpHeaders.LAST_MODIFIED, HTTP_DATE.format(since))
                .header(HttpHeaders.EXPIRES, HTTP_DATE.format(until))
                .header(
                        HttpHeaders.CACHE_CONTROL,
                        "max-age=%d, public, no-transform, must-revalidate".formatted(fresh.toSeconds()));
    }

    /** RFC 9110, 13.2.2: the date counts only where there is no tag. */
    private boolean has(HttpRequest<?> request) {
        var tags = request.getHeaders().get(HttpHeaders.IF_NONE_MATCH);
        if (tags != null) {
            return List.of(tags.split(" *, *")).stream()
                    .anyMatch(tag -> tag.equals("*") || tag.equals(tag()) || tag.equals("W/" + tag()));
        }
        return isSince(request.getHeaders().get(HttpHeaders.IF_MODIFIED_SINCE));
    }

    private boolean isSince(@Nullable String date) {
        try {
            return date != null && !since.isAfter(Instant.from(HTTP_DATE.parse(date)));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private String tag() {
        return '"' + version + '"';
    }
}

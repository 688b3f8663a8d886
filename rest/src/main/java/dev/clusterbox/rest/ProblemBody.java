package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.serde.annotation.Serdeable;

/** A {@link Problem} as application/problem+json (RFC 9457), with {@code code} and {@code hint} as extension members. */
@Serdeable
public record ProblemBody(String type, String title, int status, String detail, String code, String hint) {

    public static final String MEDIA_TYPE = "application/problem+json";

    public static ProblemBody of(Problem problem) {
        var code = problem.code();
        return new ProblemBody(
                code.type(), code.title(), code.status(), problem.message(), code.name(), problem.hint());
    }

    /** As application/problem+json, or for terminals (Accept: text/plain) as the message and the hint, a line each. */
    MutableHttpResponse<?> answer(HttpRequest<?> request) {
        var response = HttpResponse.status(HttpStatus.valueOf(status));
        var plain = Accept.isText(request) || Accept.first(request).getSubtype().equals("tab-separated-values");
        return plain
                ? response.contentType(MediaType.TEXT_PLAIN_TYPE).body(detail + "\n" + hint + "\n")
                : response.contentType(MEDIA_TYPE).body(this);
    }

    /** Keeps the server's own status where there is no code of ours for it: 405, 406, 415. */
    static ProblemBody of(Problem problem, HttpStatus status) {
        return new ProblemBody(
                "about:blank",
                status.getReason(),
                status.getCode(),
                problem.message(),
                problem.code().name(),
                problem.hint());
    }
}

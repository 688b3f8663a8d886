package dev.clusterbox.rest;

import dev.clusterbox.problem.ProblemException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/** An expected failure becomes an answer. */
@Singleton
final class ProblemHandler implements ExceptionHandler<ProblemException, HttpResponse<?>> {

    @Override
    @SuppressWarnings("rawtypes") // the interface has it so
    public HttpResponse<?> handle(HttpRequest request, ProblemException e) {
        var answer = ProblemBody.of(e.problem()).answer((HttpRequest<?>) request);
        // RFC 9110, 10.2.3: whole seconds.
        e.retryAfter()
                .ifPresent(wait -> answer.header(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(wait.plusMillis(999).toSeconds())));
        return answer;
    }
}

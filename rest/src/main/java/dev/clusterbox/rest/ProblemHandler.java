package dev.clusterbox.rest;

import dev.clusterbox.problem.ProblemException;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/** An expected failure becomes application/problem+json. */
@Singleton
final class ProblemHandler implements ExceptionHandler<ProblemException, HttpResponse<ProblemBody>> {

    @Override
    @SuppressWarnings("rawtypes") // the interface has it so
    public HttpResponse<ProblemBody> handle(HttpRequest request, ProblemException e) {
        var body = ProblemBody.of(e.problem());
        return HttpResponse.<ProblemBody>status(HttpStatus.valueOf(body.status()))
                .contentType(ProblemBody.MEDIA_TYPE)
                .body(body);
    }
}

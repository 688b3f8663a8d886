package dev.clusterbox.rest;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server itself refuses (bad JSON, unknown paths, bodies too large), and bugs, as application/problem+json. */
@Singleton
final class ProblemErrorResponse implements ErrorResponseProcessor<Object> {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemErrorResponse.class);

    private final String service;

    ProblemErrorResponse(@Value("${micronaut.application.name}") String service) {
        this.service = service;
    }

    @Override
    @SuppressWarnings("unchecked") // the body is a ProblemBody or its text
    public MutableHttpResponse<Object> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
        var body = response.status() == HttpStatus.INTERNAL_SERVER_ERROR
                ? ProblemBody.of(bug(context))
                : body(context, response.status());
        var answer = (MutableHttpResponse<Object>) body.answer(context.getRequest());
        response.getHeaders().forEachValue((name, value) -> {
            if (!answer.getHeaders().contains(name)) {
                answer.header(name, value);
            }
        });
        return answer;
    }

    private Problem bug(ErrorContext context) {
        var id = UUID.randomUUID().toString().substring(0, 8);
        LOG.error(
                "internal error {}: {} {}",
                id,
                context.getRequest().getMethodName(),
                context.getRequest().getPath(),
                context.getRootCause().orElse(null));
        return Problem.bug(service, id);
    }

    private static ProblemBody body(ErrorContext context, HttpStatus status) {
        var message = context.getErrors().stream()
                .map(error -> error.getPath().map(path -> path + ": ").orElse("") + error.getMessage())
                .collect(Collectors.joining("; "));
        var text = message.isEmpty() ? status.getReason() : message;
        return switch (status) {
            case BAD_REQUEST, UNPROCESSABLE_ENTITY -> ProblemBody.of(new Problem(Code.INVALID, text, ""));
            case NOT_FOUND ->
                ProblemBody.of(
                        Problem.notFound("no such path: " + context.getRequest().getPath()));
            case REQUEST_ENTITY_TOO_LARGE -> ProblemBody.of(new Problem(Code.TOO_LARGE, text, ""));
            default -> ProblemBody.of(new Problem(Code.INVALID, text, ""), status);
        };
    }
}

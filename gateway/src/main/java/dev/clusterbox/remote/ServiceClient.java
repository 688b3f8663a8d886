package dev.clusterbox.remote;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.ProblemBody;
import dev.clusterbox.rest.TokenFile;
import io.micronaut.core.type.Argument;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.http.client.BlockingHttpClient;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.client.exceptions.HttpClientException;
import io.micronaut.http.client.exceptions.HttpClientResponseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the other services over HTTP. Every call that goes through here may be repeated: the services answer a second
 * request like the first. So a service that is down for a while only makes a call take longer.
 */
final class ServiceClient {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceClient.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final String service;
    private final BlockingHttpClient http;
    private final Supplier<String> token;
    private final Duration patience;

    /**
     * @param service its name, for messages
     * @param patience how long a service may be away before a call fails
     */
    ServiceClient(String service, HttpClient http, Path tokenFile, Duration patience) {
        this.service = service;
        this.http = http.toBlocking();
        this.token = () -> token(service, tokenFile);
        this.patience = patience;
    }

    private static String token(String service, Path file) {
        try {
            return TokenFile.read(file);
        } catch (IllegalStateException e) {
            throw Problem.unavailable(
                            "no token for %s: %s".formatted(service, e.getMessage()),
                            "'./clusterbox services start' makes it")
                    .asException();
        }
    }

    /** Returns the answer's body; what the service calls not found is empty. */
    <T> Optional<T> find(MutableHttpRequest<?> request, Class<T> type) throws InterruptedException {
        try {
            return Optional.of(call(request, type));
        } catch (ProblemException e) {
            if (e.problem().code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    <T> T call(MutableHttpRequest<?> request, Class<T> type) throws InterruptedException {
        return exchange(request, type)
                .orElseThrow(() -> Problem.failed("%s: %s answered nothing".formatted(service, request.getPath()), "")
                        .asException());
    }

    void send(MutableHttpRequest<?> request) throws InterruptedException {
        exchange(request, String.class);
    }

    private <T> Optional<T> exchange(MutableHttpRequest<?> request, Class<T> type) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        var pause = FIRST_PAUSE;
        while (true) {
            Problem problem;
            try {
                request.getHeaders().set("Authorization", "Bearer " + token.get());
                return http.exchange(request, Argument.of(type), Argument.of(ProblemBody.class))
                        .getBody();
            } catch (HttpClientResponseException e) {
                problem = problem(e);
            } catch (HttpClientException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                problem = Problem.unavailable(
                        "%s does not answer: %s".formatted(service, e.getMessage()),
                        "'./clusterbox services start' starts what is not running");
            }
            if (problem.code() != Code.UNAVAILABLE || System.nanoTime() > deadline) {
                throw problem.asException();
            }
            LOG.info("{} {}: {}; trying again", request.getMethodName(), request.getPath(), problem.message());
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Problem problem(HttpClientResponseException e) {
        return e.getResponse()
                .getBody(ProblemBody.class)
                .map(body -> new Problem(code(body.code()), "%s: %s".formatted(service, body.detail()), body.hint()))
                .orElseGet(() -> new Problem(
                        e.code() == 503 ? Code.UNAVAILABLE : Code.FAILED,
                        "%s answered %d".formatted(service, e.code()),
                        "look into the log of " + service));
    }

    private static Code code(String name) {
        try {
            return Code.valueOf(name);
        } catch (IllegalArgumentException e) {
            return Code.FAILED;
        }
    }
}

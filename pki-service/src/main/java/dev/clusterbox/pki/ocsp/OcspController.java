package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.ocsp.OcspWriter.Failure;
import dev.clusterbox.pki.revocation.CachedAnswer;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** OCSP over HTTP (RFC 6960, appendix A, and RFC 5019) for everybody: who checks a certificate has no token. */
@Controller("/ocsp")
@ExecuteOn(TaskExecutors.BLOCKING)
final class OcspController {

    private static final Logger LOG = LoggerFactory.getLogger(OcspController.class);

    private static final String REQUEST = "application/ocsp-request";
    private static final String RESPONSE = "application/ocsp-response";

    private final OcspResponder responder;
    private final InstantSource clock;

    OcspController(OcspResponder responder, InstantSource clock) {
        this.responder = responder;
        this.clock = clock;
    }

    /** Needs no token. */
    @Post(value = "/{name}", consumes = REQUEST, produces = MediaType.ALL)
    @ApiResponse(responseCode = "200", description = "the response", content = @Content(mediaType = RESPONSE))
    HttpResponse<?> post(@PathVariable String name, @Body byte[] request) {
        return HttpResponse.ok(answer(name, request).der())
                .contentType(RESPONSE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    /**
     * Needs no token.
     *
     * @param request in Base64, of which each character may be percent-encoded
     */
    @Get(value = "/{name}/{request:.+}", produces = MediaType.ALL)
    @ApiResponse(responseCode = "200", description = "the response", content = @Content(mediaType = RESPONSE))
    HttpResponse<?> get(HttpRequest<?> http, @PathVariable String name, @PathVariable String request) {
        var answer = answer(name, decoded(http.getUri().getRawPath()));
        if (answer.lifetime().isEmpty()) {
            return HttpResponse.ok(answer.der()).contentType(RESPONSE).header(HttpHeaders.CACHE_CONTROL, "no-store");
        }
        var life = answer.lifetime().get();
        var version = Sha256.hex(answer.der()).substring(0, 32);
        var fresh = Duration.between(clock.instant(), life.renewedAt());
        return new CachedAnswer(answer.der(), RESPONSE, version, life.thisUpdate(), life.nextUpdate(), fresh).to(http);
    }

    /** From the path as it was sent: what the framework has decoded has lost its plus signs. */
    private static byte[] decoded(String path) {
        var text = path.substring(path.indexOf('/', path.indexOf("/ocsp/") + "/ocsp/".length()) + 1);
        try {
            var plain = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.US_ASCII);
            return Base64.getDecoder().decode(plain);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private OcspAnswer answer(String name, byte[] request) {
        try {
            return responder.answer(name, request);
        } catch (ProblemException e) {
            LOG.warn("ocsp for {}: {}", name, e.getMessage());
            return switch (e.problem().code()) {
                case TOO_MANY, UNAVAILABLE, TIMED_OUT -> OcspResponder.failure(Failure.TRY_LATER);
                case INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, TOO_LARGE, FAILED ->
                    OcspResponder.failure(Failure.INTERNAL_ERROR);
            };
        }
    }
}

package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.inventory.Certificate;
import dev.clusterbox.pki.issuance.Issuance.Application;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpParameters;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A signing request in, a certificate out. */
@Controller("/v1/authorities/{name}/certificates")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class CertificateController {

    static final String PEM = "application/x-pem-file";
    static final String PKCS10 = "application/pkcs10";
    private static final List<String> PARAMETERS = List.of("profile", "subject", "san");
    private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[\\x21-\\x7e]{1,100}");

    private final Issuance issuance;
    private final Grants grants;

    CertificateController(Issuance issuance, Grants grants) {
        this.issuance = issuance;
        this.grants = grants;
    }

    @Post(
            consumes = {PEM, MediaType.TEXT_PLAIN, PKCS10},
            produces = {MediaType.APPLICATION_JSON, PEM})
    @Parameter(name = "profile", in = ParameterIn.QUERY, required = true, schema = @Schema(type = "string"))
    @Parameter(
            name = "subject",
            in = ParameterIn.QUERY,
            required = true,
            description = "the approved subject, RFC 4514: CN=NAME,O=NAME",
            schema = @Schema(type = "string"))
    @Parameter(
            name = "san",
            in = ParameterIn.QUERY,
            description = "the approved names, each dns:NAME or ip:ADDRESS",
            array = @ArraySchema(schema = @Schema(type = "string")))
    @Parameter(name = "Idempotency-Key", in = ParameterIn.HEADER, schema = @Schema(type = "string", maxLength = 100))
    @ApiResponse(
            responseCode = "201",
            description = "the certificate, or with Accept: application/x-pem-file its chain",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Certificate.class)),
                @Content(mediaType = PEM, schema = @Schema(type = "string"))
            })
    HttpResponse<?> issue(HttpRequest<?> request, @PathVariable String name, @Body byte[] csr) {
        var parameters = request.getParameters();
        requireKnown(parameters, PARAMETERS);
        var issued = Certificate.of(issuance.issue(
                new Application(
                        name,
                        one(parameters, "profile"),
                        one(parameters, "subject"),
                        parameters.getAll("san"),
                        grants.of(Caller.of(request)),
                        idempotencyKey(request)),
                csr));
        return created(request, issued);
    }

    static HttpResponse<?> created(HttpRequest<?> request, Certificate issued) {
        boolean pem = request.accept().stream()
                .findFirst()
                .filter(type -> type.getName().equals(PEM))
                .isPresent();
        return pem
                ? HttpResponse.created(issued.chain()).contentType(PEM)
                : HttpResponse.created(issued).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    static void requireKnown(HttpParameters parameters, List<String> known) {
        for (var parameter : parameters.names()) {
            if (!known.contains(parameter)) {
                throw invalid("%s: not known (expected: one of %s)"
                        .formatted(Rule.shown(parameter), String.join(", ", known)));
            }
        }
    }

    static String one(HttpParameters parameters, String name) {
        List<String> values = parameters.getAll(name);
        if (values.size() != 1) {
            throw invalid("%s: given %d times (expected: once)".formatted(name, values.size()));
        }
        return values.getFirst();
    }

    private static Optional<String> idempotencyKey(HttpRequest<?> request) {
        var keys = request.getHeaders().getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        if (keys.size() > 1 || !IDEMPOTENCY_KEY.matcher(keys.getFirst()).matches()) {
            throw invalid("Idempotency-Key: (expected: one, of 1 to 100 printable ASCII characters without spaces)");
        }
        return Optional.of(keys.getFirst());
    }

    private static RuntimeException invalid(String message) {
        return Problem.invalid(message, "").asException();
    }
}

package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.issuance.Validation.Question;
import dev.clusterbox.pki.issuance.Validation.Verdicts;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.util.List;
import java.util.Optional;

/** A signing request in, a verdict for every rule out. */
@Controller("/v1/csr:validate")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ValidationController {

    private static final List<String> PARAMETERS = List.of("authority", "profile", "subject", "san");

    private final Validation validation;
    private final Grants grants;

    ValidationController(Validation validation, Grants grants) {
        this.validation = validation;
        this.grants = grants;
    }

    @Post(consumes = {CertificateController.PEM, MediaType.TEXT_PLAIN, CertificateController.PKCS10})
    @Operation(summary = "Says for every rule what it would say of this request; nothing is signed or stored")
    @Parameter(
            name = "authority",
            in = ParameterIn.QUERY,
            description = "the authority that would sign; it need not be there",
            schema = @Schema(type = "string"))
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
    @ApiResponse(responseCode = "200", description = "the verdicts, also where rules refuse")
    Verdicts validate(HttpRequest<?> request, @Body byte[] csr) {
        var parameters = request.getParameters();
        CertificateController.requireKnown(parameters, PARAMETERS);
        return validation.validate(
                new Question(
                        parameters.contains("authority")
                                ? Optional.of(CertificateController.one(parameters, "authority"))
                                : Optional.empty(),
                        grants.of(Caller.of(request)).roleName(),
                        CertificateController.one(parameters, "profile"),
                        CertificateController.one(parameters, "subject"),
                        parameters.getAll("san")),
                csr);
    }
}

package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.inventory.Certificate;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;

/** A signing request that the old key has signed in, a new certificate out. */
@Controller("/v1/authorities/{name}/certificates/{serial}")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RenewalController {

    private static final String CMS = "application/cms";
    private static final String PKCS7 = "application/pkcs7-mime";

    private final Renewal renewal;
    private final Grants grants;

    RenewalController(Renewal renewal, Grants grants) {
        this.renewal = renewal;
        this.grants = grants;
    }

    @Post(
            value = "/renew",
            consumes = {CMS, PKCS7, CertificateController.PEM, MediaType.TEXT_PLAIN},
            produces = {MediaType.APPLICATION_JSON, CertificateController.PEM})
    @ApiResponse(
            responseCode = "201",
            description = "the new certificate, or with Accept: application/x-pem-file its chain",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Certificate.class)),
                @Content(mediaType = CertificateController.PEM, schema = @Schema(type = "string"))
            })
    HttpResponse<?> renew(
            HttpRequest<?> request, @PathVariable String name, @PathVariable String serial, @Body byte[] proof) {
        var issued = renewal.renew(name, SerialNumber.require(serial), proof, grants.of(Caller.of(request)));
        return CertificateController.created(request, Certificate.of(issued));
    }
}

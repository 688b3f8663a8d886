package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.Pem;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;

/** The certificate of an authority for everybody who wants to complete a chain; who does that has no token. */
@Controller("/ca")
@ExecuteOn(TaskExecutors.BLOCKING)
final class AuthorityCertificateController {

    private static final String DER = "application/pkix-cert";

    private final CertificateAuthorities authorities;

    AuthorityCertificateController(CertificateAuthorities authorities) {
        this.authorities = authorities;
    }

    /**
     * Needs no token.
     *
     * @param serial of the authority
     */
    @Get(value = "/{name}/{serial}.crt", produces = MediaType.ALL)
    @ApiResponse(responseCode = "200", description = "the certificate, DER", content = @Content(mediaType = DER))
    HttpResponse<?> certificate(@PathVariable String name, @PathVariable String serial) {
        var number = SerialNumber.parse(serial);
        var generation = authorities.generations(name).stream()
                .filter(it -> number.isPresent() && it.serial().equals(number.get()))
                .findFirst()
                .orElseThrow(
                        () -> Problem.notFound("there is no such certificate").asException());
        return HttpResponse.ok(Der.of(Pem.certificate(generation.certificate())))
                .contentType(DER)
                .header(HttpHeaders.CACHE_CONTROL, "max-age=86400, public, immutable");
    }
}

package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.authority.CertificateAuthorities;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.problem.Problem;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Gives out revocation lists: to callers, and outside of {@code /v1} to everybody, because who checks a certificate has no
 * token.
 */
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
final class RevocationListController {

    private static final String DER = "application/pkix-crl";
    private static final String PEM = "application/x-pem-file";

    /** A revocation is seen that soon; asking again costs next to nothing. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final CertificateAuthorities authorities;
    private final RevocationLists lists;

    RevocationListController(CertificateAuthorities authorities, RevocationLists lists) {
        this.authorities = authorities;
        this.lists = lists;
    }

    /** @param generation the serial number of the authority; without it, the one that signs */
    @SecurityRequirement(name = "token")
    @Get(
            value = "/v1/authorities/{name}/crl",
            produces = {DER, PEM})
    @ApiResponse(
            responseCode = "200",
            description = "the revocation list, DER or PEM by Accept",
            content = {@Content(mediaType = DER), @Content(mediaType = PEM)})
    HttpResponse<?> list(HttpRequest<?> request, @PathVariable String name, @QueryValue @Nullable String generation) {
        var authority =
                generation == null ? authorities.find(name) : generation(name, SerialNumber.require(generation));
        boolean pem = request.accept().stream()
                .findFirst()
                .filter(type -> type.getName().equals(PEM))
                .isPresent();
        return answer(request, authority, pem);
    }

    /**
     * Needs no token.
     *
     * @param file the serial number of the authority, and .crl for DER or .pem
     */
    @Get(value = "/crl/{name}/{file}", produces = MediaType.ALL)
    @ApiResponse(responseCode = "200", description = "the revocation list", content = @Content(mediaType = DER))
    HttpResponse<?> forEverybody(HttpRequest<?> request, @PathVariable String name, @PathVariable String file) {
        int dot = file.lastIndexOf('.');
        var serial = SerialNumber.parse(file.substring(0, Math.max(dot, 0)));
        var end = file.substring(dot + 1);
        if (serial.isEmpty() || !(end.equals("crl") || end.equals("pem"))) {
            throw Problem.notFound("there is no such revocation list").asException();
        }
        return answer(request, generation(name, serial.get()), end.equals("pem"));
    }

    private AuthorityRecord generation(String name, String serial) {
        return authorities.generations(name).stream()
                .filter(it -> it.serial().equals(serial))
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound("the authority has no such generation").asException());
    }

    private HttpResponse<?> answer(HttpRequest<?> request, AuthorityRecord generation, boolean pem) {
        var list = lists.of(generation);
        var body = pem ? list.content().getBytes(StandardCharsets.US_ASCII) : list.der();
        var version = "%s-%d-%s".formatted(generation.serial(), list.number(), pem ? "pem" : "der");
        return new CachedAnswer(body, pem ? PEM : DER, version, list.thisUpdate(), list.nextUpdate(), FRESH)
                .to(request);
    }
}

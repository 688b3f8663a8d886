package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;

/** Makes, shows and deletes authorities. */
@Controller("/v1/authorities")
@ExecuteOn(TaskExecutors.BLOCKING)
final class AuthorityController {

    private final CertificateAuthorities authorities;
    private final Grants grants;

    AuthorityController(CertificateAuthorities authorities, Grants grants) {
        this.authorities = authorities;
        this.grants = grants;
    }

    @Put("/{name}")
    @ApiResponse(responseCode = "200", description = "it was there already")
    @ApiResponse(responseCode = "201", description = "it was made")
    HttpResponse<Authority> make(HttpRequest<?> request, @PathVariable String name) {
        var wanted = AuthorityName.parse(name);
        var made = authorities.make(wanted, requireAdmin(request, wanted).by());
        var body = Authority.of(made.record());
        return made.isNew() ? HttpResponse.created(body) : HttpResponse.ok(body);
    }

    @Get
    AuthorityList list() {
        return new AuthorityList(authorities.list().stream().map(Authority::of).toList());
    }

    @Get("/{name}")
    Authority get(@PathVariable String name) {
        return Authority.of(authorities.find(AuthorityName.parse(name).toString()));
    }

    @Delete("/{name}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> request, @PathVariable String name) {
        var unwanted = AuthorityName.parse(name);
        authorities.delete(unwanted, requireAdmin(request, unwanted).by());
    }

    private Rights requireAdmin(HttpRequest<?> request, AuthorityName name) {
        return grants.of(Caller.of(request)).requireAdmin().requireAuthority(name.toString());
    }

    @Serdeable
    record AuthorityList(List<Authority> authorities) {}

    /**
     * @param certificate PEM
     * @param serial hexadecimal
     * @param fingerprint SHA-256 of the certificate, hexadecimal
     */
    @Serdeable
    record Authority(
            String name,
            String subject,
            String certificate,
            String serial,
            String notBefore,
            String notAfter,
            String fingerprint) {

        static Authority of(AuthorityRecord record) {
            return new Authority(
                    record.name(),
                    record.subject(),
                    record.certificate(),
                    record.serial(),
                    record.notBefore().toString(),
                    record.notAfter().toString(),
                    record.fingerprint());
        }
    }
}

package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.access.Rights;
import dev.clusterbox.pki.authority.CertificateAuthorities.Made;
import dev.clusterbox.pki.inventory.AuthorityRecord;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes, shows, rotates and deletes authorities. */
@Controller("/v1/authorities")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class AuthorityController {

    private static final String KEY_TYPES = "ec-p256, ec-p384, rsa-2048, rsa-3072, rsa-4096 or ed25519";

    private final CertificateAuthorities authorities;
    private final Grants grants;

    AuthorityController(CertificateAuthorities authorities, Grants grants) {
        this.authorities = authorities;
        this.grants = grants;
    }

    @Put("/{name}")
    @ApiResponse(responseCode = "200", description = "it was there already")
    @ApiResponse(responseCode = "201", description = "it was made")
    HttpResponse<Authority> make(
            HttpRequest<?> request,
            @PathVariable String name,
            @Parameter(description = KEY_TYPES) @QueryValue @Nullable String keyType) {
        var wanted = AuthorityName.parse(name);
        return answer(authorities.make(
                wanted, keyType(keyType), requireAdmin(request, wanted).by()));
    }

    /** @param from the serial number of the authority to replace; given, the request may be sent again */
    @Post("/{name}/rotate")
    @ApiResponse(responseCode = "200", description = "another one than the given signs already: this one")
    @ApiResponse(responseCode = "201", description = "the new one, which signs from now on")
    HttpResponse<Authority> rotate(
            HttpRequest<?> request,
            @PathVariable String name,
            @Parameter(description = KEY_TYPES) @QueryValue @Nullable String keyType,
            @QueryValue @Nullable String from) {
        var old = AuthorityName.parse(name);
        return answer(authorities.rotate(
                old,
                keyType(keyType),
                Optional.ofNullable(from).map(SerialNumber::require),
                requireAdmin(request, old).by()));
    }

    private static Optional<AuthorityKeyType> keyType(@Nullable String text) {
        return Optional.ofNullable(text).map(AuthorityKeyType::parse);
    }

    private static HttpResponse<Authority> answer(Made made) {
        var body = Authority.of(made.record());
        return made.isNew() ? HttpResponse.created(body) : HttpResponse.ok(body);
    }

    /** What one has to trust: the certificate that signs now, then those before it that are not retired. */
    @Get(value = "/{name}/bundle", produces = "application/x-pem-file")
    String bundle(@PathVariable String name) {
        return authorities.generations(AuthorityName.parse(name).toString()).stream()
                .filter(AuthorityRecord::isTrusted)
                .map(AuthorityRecord::certificate)
                .collect(Collectors.joining());
    }

    @Get
    AuthorityList list() {
        return new AuthorityList(
                authorities.list().stream().map(this::withGenerations).toList());
    }

    @Get("/{name}")
    Authority get(@PathVariable String name) {
        return withGenerations(authorities.find(AuthorityName.parse(name).toString()));
    }

    private Authority withGenerations(AuthorityRecord record) {
        return Authority.of(
                record,
                authorities.generations(record.name()).stream()
                        .map(Generation::of)
                        .toList());
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
     * The one that signs.
     *
     * @param certificate PEM
     * @param serial hexadecimal
     * @param fingerprint SHA-256 of the certificate, hexadecimal
     * @param generations all that there were, the newest first; not in the answer to a PUT
     */
    @Serdeable
    record Authority(
            String name,
            String subject,
            String certificate,
            String serial,
            String notBefore,
            String notAfter,
            String fingerprint,
            @Nullable List<Generation> generations) {

        static Authority of(AuthorityRecord record) {
            return of(record, null);
        }

        static Authority of(AuthorityRecord record, @Nullable List<Generation> generations) {
            return new Authority(
                    record.name(),
                    record.subject(),
                    record.certificate(),
                    record.serial(),
                    record.notBefore().toString(),
                    record.notAfter().toString(),
                    record.fingerprint(),
                    generations);
        }
    }

    /** @param state signing, superseded (still trusted) or retired */
    @Serdeable
    record Generation(
            String serial,
            String subject,
            String keyType,
            String state,
            String createdAt,
            @Nullable String supersededAt,
            @Nullable String retiredAt,
            String notAfter,
            String fingerprint) {

        static Generation of(AuthorityRecord record) {
            return new Generation(
                    record.serial(),
                    record.subject(),
                    record.keyType(),
                    record.state().name().toLowerCase(Locale.ROOT),
                    record.createdAt().toString(),
                    record.supersededAt().map(Instant::toString).orElse(null),
                    record.retiredAt().map(Instant::toString).orElse(null),
                    record.notAfter().toString(),
                    record.fingerprint());
        }
    }
}

package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.inventory.Certificate;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;

/** Takes trust back. */
@Controller("/v1/authorities/{name}/certificates/{serial}")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RevocationController {

    private final Revocations revocations;
    private final Grants grants;

    RevocationController(Revocations revocations, Grants grants) {
        this.revocations = revocations;
        this.grants = grants;
    }

    @Post("/revoke")
    Certificate revoke(
            HttpRequest<?> request, @PathVariable String name, @PathVariable String serial, @Body Revoke revoke) {
        return Certificate.of(revocations.revoke(
                name,
                SerialNumber.require(serial),
                RevocationReason.parse(revoke.reason()),
                grants.of(Caller.of(request))));
    }

    /** @param reason as openssl writes it, for example {@code keyCompromise} */
    @Serdeable
    record Revoke(String reason) {}
}

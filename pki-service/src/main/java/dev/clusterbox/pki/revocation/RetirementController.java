package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.access.Grants;
import dev.clusterbox.pki.inventory.SerialNumber;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends what a rotation has left. */
@Controller("/v1/authorities")
@SecurityRequirement(name = "token")
@ExecuteOn(TaskExecutors.BLOCKING)
final class RetirementController {

    private final Retirement retirement;
    private final Grants grants;

    RetirementController(Retirement retirement, Grants grants) {
        this.retirement = retirement;
        this.grants = grants;
    }

    /**
     * @param generation the serial number of the authority to retire; without it, all that sign no more
     * @param revoke true to revoke certificates of it that are still in use
     */
    @Post("/{name}/retire")
    @Status(HttpStatus.NO_CONTENT)
    void retire(
            HttpRequest<?> request,
            @PathVariable String name,
            @QueryValue @Nullable String generation,
            @QueryValue(defaultValue = "false") boolean revoke) {
        retirement.retire(
                name,
                Optional.ofNullable(generation).map(SerialNumber::require),
                revoke,
                grants.of(Caller.of(request))
                        .requireAdmin()
                        .requireAuthority(name)
                        .by());
    }
}

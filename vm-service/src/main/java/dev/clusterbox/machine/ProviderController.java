package dev.clusterbox.machine;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;

/** What can make machines. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ProviderController {

    private final Providers providers;

    ProviderController(Providers providers) {
        this.providers = providers;
    }

    /** The answer's only member is a list, so that there can be more one day. */
    @Serdeable
    record ProviderList(List<Availability> providers) {}

    @Get("/providers")
    ProviderList list() throws InterruptedException {
        return new ProviderList(providers.availability());
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.host.HostFacts;
import dev.clusterbox.host.Hosts;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.nio.file.Path;
import java.util.List;

/** What this host has, and what can make machines on it. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ProviderController {

    private final Providers providers;
    private final Path state;

    ProviderController(Providers providers, @Value("${clusterbox.state}") Path state) {
        this.providers = providers;
        this.state = state;
    }

    /** The answer's only member is a list, so that there can be more one day. */
    @Serdeable
    record ProviderList(List<Availability> providers) {}

    @Get("/providers")
    ProviderList list() throws InterruptedException {
        return new ProviderList(providers.availability());
    }

    @Get("/host")
    HostFacts host() throws InterruptedException {
        return Hosts.facts(state, providers.interfaces()::contains);
    }
}

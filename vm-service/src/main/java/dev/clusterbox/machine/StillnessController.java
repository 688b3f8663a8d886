package dev.clusterbox.machine;

import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Machines that stand still, where a provider can do that. */
@Controller("/v1/providers/{provider}/machines/{name}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class StillnessController {

    private static final Logger LOG = LoggerFactory.getLogger(StillnessController.class);

    private final Providers providers;

    StillnessController(Providers providers) {
        this.providers = providers;
    }

    @Post("/pause")
    Machine pause(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        var machine = providers.snapshots(provider).pause(MachineName.parse(name));
        LOG.info("{} paused {}", Caller.of(http).name(), name);
        return machine;
    }

    @Post("/resume")
    Machine resume(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        var machine = providers.snapshots(provider).resume(MachineName.parse(name));
        LOG.info("{} resumed {}", Caller.of(http).name(), name);
        return machine;
    }

    /** Its memory is on the disk then; starting it goes on from there. */
    @Post("/save")
    Machine save(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        var machine = providers.snapshots(provider).save(MachineName.parse(name));
        LOG.info("{} saved {}", Caller.of(http).name(), name);
        return machine;
    }
}

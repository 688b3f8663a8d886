package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Machines of a provider. */
@Controller("/v1/providers/{provider}/machines")
@ExecuteOn(TaskExecutors.BLOCKING)
final class MachineController {

    private static final Logger LOG = LoggerFactory.getLogger(MachineController.class);

    private final Providers providers;

    MachineController(Providers providers) {
        this.providers = providers;
    }

    @Serdeable
    record MachineList(List<Machine> machines) {}

    /** How to stop. */
    @Serdeable
    record StopRequest(@Nullable Boolean force) {}

    @Get
    MachineList list(String provider, @QueryValue Optional<String> cluster) throws InterruptedException {
        return new MachineList(providers.named(provider).list().stream()
                .filter(machine -> cluster.isEmpty() || machine.cluster().equals(cluster.get()))
                .toList());
    }

    @Get("/{name}")
    Machine get(String provider, String name) throws InterruptedException {
        return providers
                .named(provider)
                .find(MachineName.parse(name))
                .orElseThrow(
                        () -> Problem.notFound("there is no machine " + name).asException());
    }

    @Put("/{name}")
    HttpResponse<Machine> create(HttpRequest<?> http, String provider, String name, @Body MachineRequest request)
            throws InterruptedException {
        var machines = providers.named(provider);
        var spec = request.toSpec(name);
        boolean there = machines.find(spec.name()).isPresent();
        var machine = machines.create(spec);
        if (there) {
            return HttpResponse.ok(machine);
        }
        LOG.info("{} made {}, {}", Caller.of(http).name(), name, machine.id());
        return HttpResponse.created(machine);
    }

    @Put("/{name}/seed")
    @Status(HttpStatus.NO_CONTENT)
    void plant(HttpRequest<?> http, String provider, String name, @Body SeedRequest request)
            throws InterruptedException {
        providers.named(provider).plant(MachineName.parse(name), request.toSeed());
        LOG.info("{} planted a seed in {}", Caller.of(http).name(), name);
    }

    /** The agent has what it needs: the seed is not left lying about. */
    @Delete("/{name}/seed")
    @Status(HttpStatus.NO_CONTENT)
    void forgetSeed(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        providers.named(provider).forgetSeed(MachineName.parse(name));
        LOG.info("{} had the seed of {} forgotten", Caller.of(http).name(), name);
    }

    @Post("/{name}/start")
    Machine start(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        var machine = providers.named(provider).start(MachineName.parse(name));
        LOG.info("{} started {}", Caller.of(http).name(), name);
        return machine;
    }

    @Post("/{name}/stop")
    Machine stop(HttpRequest<?> http, String provider, String name, @Body @Nullable StopRequest request)
            throws InterruptedException {
        boolean force = request != null && Boolean.TRUE.equals(request.force());
        var machine = providers.named(provider).stop(MachineName.parse(name), force);
        LOG.info("{} stopped {}", Caller.of(http).name(), name);
        return machine;
    }

    @Delete("/{name}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(HttpRequest<?> http, String provider, String name) throws InterruptedException {
        providers.named(provider).delete(MachineName.parse(name));
        LOG.info("{} deleted {}", Caller.of(http).name(), name);
    }
}

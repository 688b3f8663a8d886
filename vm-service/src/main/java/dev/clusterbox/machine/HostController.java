package dev.clusterbox.machine;

import dev.clusterbox.host.Computer;
import dev.clusterbox.host.Computer.Standing;
import dev.clusterbox.host.HostFacts;
import dev.clusterbox.host.LocalHost;
import dev.clusterbox.problem.Problem;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The computers that machines are made on. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class HostController {

    private final Providers providers;
    private final List<Computer> computers;

    HostController(Providers providers, List<Computer> computers) {
        this.providers = providers;
        this.computers = computers;
    }

    @Serdeable
    record HostList(List<Standing> hosts) {}

    /** All are asked at once: one that is switched off is waited for. */
    @Get("/hosts")
    HostList list() throws InterruptedException {
        var standings = new ArrayList<Standing>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var questions = new ArrayList<Future<Standing>>();
            for (var computer : computers) {
                Callable<Standing> question = computer::look;
                questions.add(threads.submit(question));
            }
            for (var question : questions) {
                standings.add(question.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return new HostList(standings);
    }

    /** What this computer has; the networks that it uses without those that were made here. */
    @Get("/host")
    HostFacts host() throws InterruptedException {
        return facts(computers.stream()
                .filter(computer -> computer.host() instanceof LocalHost)
                .findFirst()
                .orElseThrow());
    }

    /** The same of the computer that a provider's machines are on. */
    @Get("/providers/{provider}/host")
    HostFacts host(String provider) throws InterruptedException {
        return facts(computers.stream()
                .filter(computer -> computer.providers().contains(provider))
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound("there is no provider " + provider).asException()));
    }

    private HostFacts facts(Computer computer) throws InterruptedException {
        return computer.facts().of(providers.interfaces(computer.providers())::contains);
    }
}

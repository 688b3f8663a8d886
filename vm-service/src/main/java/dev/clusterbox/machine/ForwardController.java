package dev.clusterbox.machine;

import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.rest.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ports of the host that lead to a machine's, where machines are behind a translation of addresses. */
@Controller("/v1/providers/{provider}/machines/{name}/forwards")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ForwardController {

    private static final Logger LOG = LoggerFactory.getLogger(ForwardController.class);

    private static final String LOOPBACK = "127.0.0.1";

    private final Providers providers;

    ForwardController(Providers providers) {
        this.providers = providers;
    }

    /**
     * A forwarding as it is asked for.
     *
     * @param address the host's that is listened on, 127.0.0.1 if it is not given
     */
    @Serdeable
    record ForwardRequest(
            @Nullable String address,
            @Nullable Integer hostPort,
            @Nullable Integer machinePort) {

        Forward toForward(String name) {
            return new Forward(
                    name,
                    Ipv4.parse(address == null ? LOOPBACK : address),
                    Needed.field("hostPort", hostPort),
                    Needed.field("machinePort", machinePort));
        }
    }

    @Serdeable
    record ForwardList(List<Forward> forwards) {}

    @Get
    ForwardList list(String provider, String name) throws InterruptedException {
        return new ForwardList(providers.portForwards(provider).list(MachineName.parse(name)));
    }

    @Put("/{forward}")
    HttpResponse<Forward> add(
            HttpRequest<?> http, String provider, String name, String forward, @Body ForwardRequest request)
            throws InterruptedException {
        var forwards = providers.portForwards(provider);
        var machine = MachineName.parse(name);
        var wanted = request.toForward(forward);
        if (forwards.list(machine).contains(wanted)) {
            return HttpResponse.ok(wanted);
        }
        forwards.add(machine, wanted);
        LOG.info("{} forwards {} to {}", Caller.of(http).name(), wanted, name);
        return HttpResponse.created(wanted);
    }

    @Delete("/{forward}")
    @Status(HttpStatus.NO_CONTENT)
    void remove(HttpRequest<?> http, String provider, String name, String forward) throws InterruptedException {
        providers.portForwards(provider).remove(MachineName.parse(name), forward);
        LOG.info("{} removed the forwarding {} to {}", Caller.of(http).name(), forward, name);
    }
}

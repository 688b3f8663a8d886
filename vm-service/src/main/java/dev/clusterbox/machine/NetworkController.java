package dev.clusterbox.machine;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Label;
import dev.clusterbox.network.Network;
import dev.clusterbox.network.NetworkSpec;
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

/** Networks of a provider. */
@Controller("/v1/providers/{provider}/networks")
@ExecuteOn(TaskExecutors.BLOCKING)
final class NetworkController {

    private final Providers providers;

    NetworkController(Providers providers) {
        this.providers = providers;
    }

    /** A network as it is asked for. */
    @Serdeable
    record NetworkRequest(@Nullable String cidr, @Nullable String cluster) {}

    @Serdeable
    record NetworkList(List<Network> networks) {}

    @Get
    NetworkList list(String provider) throws InterruptedException {
        return new NetworkList(providers.named(provider).networks());
    }

    @Put("/{name}")
    HttpResponse<Network> create(String provider, String name, @Body NetworkRequest request)
            throws InterruptedException {
        var networks = providers.named(provider);
        var spec = new NetworkSpec(
                name,
                Cidr.parseForMachines(Needed.field("cidr", request.cidr())),
                Needed.field("cluster", request.cluster()));
        boolean there =
                networks.networks().stream().anyMatch(network -> network.name().equals(name));
        var network = networks.createNetwork(spec);
        return there ? HttpResponse.ok(network) : HttpResponse.created(network);
    }

    @Delete("/{name}")
    @Status(HttpStatus.NO_CONTENT)
    void delete(String provider, String name) throws InterruptedException {
        providers.named(provider).deleteNetwork(Label.parse("network", name));
    }
}

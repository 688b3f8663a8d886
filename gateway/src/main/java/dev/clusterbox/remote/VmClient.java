package dev.clusterbox.remote;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Value;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.client.annotation.Client;
import io.micronaut.serde.annotation.Serdeable;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The machines of a host. */
@Singleton
public final class VmClient {

    /** Long enough for the service to be started again by hand. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Host(
            int memoryMiB,
            int memoryAvailableMiB,
            int cpus,
            int diskFreeMiB,
            String architecture,
            List<String> usedNetworks) {}

    @Serdeable
    public record Providers(List<Provider> providers) {}

    /** @param why why it is available, or why not, as a sentence */
    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Provider(String name, boolean available, String why, List<String> warnings) {}

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Image(
            String state,
            @Nullable String id,
            @Nullable String progress,
            @Nullable Integer downloadMiB,
            @Nullable RemoteProblem problem) {}

    @Serdeable
    public record RemoteProblem(String code, String message, String hint) {

        public Problem problem() {
            return new Problem(Problem.Code.valueOf(code), message, hint);
        }
    }

    @Serdeable
    public record NetworkSpec(String cidr, String cluster) {}

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Network(String name, String cidr, String hostAddress, String interfaceName, String cluster) {}

    @Serdeable
    public record MachineSpec(
            String cluster,
            String role,
            String hostName,
            String network,
            String address,
            int cpus,
            int memoryMiB,
            int diskGiB,
            Map<String, String> hosts) {}

    @Serdeable
    public record Source(String kind, @Nullable String address) {

        /** The address under which the agent is seen; empty where NAT hides it. */
        public Optional<String> stated() {
            return kind.equals("STATED") ? Optional.ofNullable(address) : Optional.empty();
        }
    }

    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Machine(
            String name,
            String id,
            String cluster,
            String role,
            String hostName,
            String network,
            String address,
            int cpus,
            int memoryMiB,
            int diskGiB,
            String power,
            Source source,
            String host,
            List<String> enter,
            String createdAt) {}

    @Serdeable
    public record Machines(List<Machine> machines) {}

    /** What a machine needs for its first contact. */
    @Serdeable
    public record Seed(
            String machine,
            String token,
            String gateway,
            String authority,
            String hostName,
            String address,
            @Nullable String sshPublicKey) {}

    @Serdeable
    public record Findings(List<Finding> findings) {}

    /**
     * What a look at the provider's computer has found.
     *
     * @param severity FINE, WARNING or PROBLEM
     */
    @Serdeable
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Finding(String severity, String about, String message, String hint) {

        public boolean isProblem() {
            return severity.equals("PROBLEM");
        }
    }

    /**
     * A port of the machines' computer that leads to one of a machine's.
     *
     * @param address what is listened on; 0.0.0.0 for every address
     */
    @Serdeable
    public record Forward(String name, String address, int hostPort, int machinePort) {}

    @Serdeable
    record Forwards(List<Forward> forwards) {}

    @Serdeable
    record ForwardRequest(String address, int hostPort, int machinePort) {}

    @Serdeable
    record StopRequest(boolean force) {}

    private final ServiceClient service;
    private final ServiceClient impatient;

    VmClient(@Client("${clusterbox.vm.url}") HttpClient http, @Value("${clusterbox.vm.token-file}") Path tokenFile) {
        this.service = new ServiceClient("vm-service", http, tokenFile, PATIENCE);
        this.impatient = new ServiceClient("vm-service", http, tokenFile, Duration.ZERO);
    }

    /** The computer that a provider's machines are on. */
    public Host host(String provider) throws InterruptedException {
        return service.call(HttpRequest.GET(path(provider, "/host")), Host.class);
    }

    public List<Provider> providers() throws InterruptedException {
        return service.call(HttpRequest.GET("/v1/providers"), Providers.class).providers();
    }

    /**
     * What stands in the way of machines that take this much together, and what does not.
     *
     * @param network the range that they shall stand in
     */
    public List<Finding> examine(String provider, int memoryMiB, int diskMiB, String network)
            throws InterruptedException {
        var query = "/doctor?memoryMiB=%d&diskMiB=%d&cidr=%s".formatted(memoryMiB, diskMiB, network);
        return service.call(HttpRequest.GET(path(provider, query)), Findings.class)
                .findings();
    }

    /** Has the image built if it is not there. */
    public Image image(String provider) throws InterruptedException {
        return service.call(HttpRequest.PUT(path(provider, "/image"), ""), Image.class);
    }

    public Network createNetwork(String provider, String name, NetworkSpec spec) throws InterruptedException {
        return service.call(HttpRequest.PUT(path(provider, "/networks/" + name), spec), Network.class);
    }

    public void deleteNetwork(String provider, String name) throws InterruptedException {
        service.send(HttpRequest.DELETE(path(provider, "/networks/" + name)));
    }

    /** A machine of the same shape that is there is the answer. */
    public Machine createMachine(String provider, String name, MachineSpec spec) throws InterruptedException {
        return service.call(HttpRequest.PUT(path(provider, "/machines/" + name), spec), Machine.class);
    }

    public void plant(String provider, String name, Seed seed) throws InterruptedException {
        service.send(HttpRequest.PUT(path(provider, "/machines/" + name + "/seed"), seed));
    }

    /** What the machine needed is with its agent now; nothing of it is left outside. */
    public void forgetSeed(String provider, String name) throws InterruptedException {
        service.send(HttpRequest.DELETE(path(provider, "/machines/" + name + "/seed")));
    }

    public Machine start(String provider, String name) throws InterruptedException {
        return service.call(HttpRequest.POST(path(provider, "/machines/" + name + "/start"), ""), Machine.class);
    }

    /** Orderly; what is stopped already stays so. */
    public void stop(String provider, String name) throws InterruptedException {
        service.send(HttpRequest.POST(path(provider, "/machines/" + name + "/stop"), new StopRequest(false)));
    }

    public List<Forward> forwards(String provider, String name) throws InterruptedException {
        return service.call(HttpRequest.GET(path(provider, "/machines/" + name + "/forwards")), Forwards.class)
                .forwards();
    }

    public void forward(String provider, String name, Forward wanted) throws InterruptedException {
        var request = new ForwardRequest(wanted.address(), wanted.hostPort(), wanted.machinePort());
        service.send(HttpRequest.PUT(path(provider, "/machines/" + name + "/forwards/" + wanted.name()), request));
    }

    public void stopForwarding(String provider, String name, String forward) throws InterruptedException {
        service.send(HttpRequest.DELETE(path(provider, "/machines/" + name + "/forwards/" + forward)));
    }

    public void delete(String provider, String name) throws InterruptedException {
        service.send(HttpRequest.DELETE(path(provider, "/machines/" + name)));
    }

    public Optional<Machine> machine(String provider, String name) throws InterruptedException {
        return service.find(HttpRequest.GET(path(provider, "/machines/" + name)), Machine.class);
    }

    public List<Machine> machines(String provider, String cluster) throws InterruptedException {
        return service.call(HttpRequest.GET(path(provider, "/machines?cluster=" + cluster)), Machines.class)
                .machines();
    }

    /** The same, or a problem at once if the service is away. */
    public List<Machine> machinesNow(String provider, String cluster) throws InterruptedException {
        return impatient
                .call(HttpRequest.GET(path(provider, "/machines?cluster=" + cluster)), Machines.class)
                .machines();
    }

    private static String path(String provider, String rest) {
        return "/v1/providers/" + provider + rest;
    }
}

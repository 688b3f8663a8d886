package dev.clusterbox.machine;

import dev.clusterbox.network.Network;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The providers by name. */
@Singleton
final class Providers {

    private final List<MachineProvider> all;

    Providers(List<MachineProvider> all) {
        this.all = all;
    }

    List<Availability> availability() throws InterruptedException {
        var answers = new ArrayList<Availability>();
        for (var provider : all) {
            answers.add(provider.availability());
        }
        return answers;
    }

    /** The names of interfaces that some providers have made on the computer that they have in common. */
    Set<String> interfaces(List<String> makers) throws InterruptedException {
        var names = new HashSet<String>();
        for (var provider : all) {
            if (makers.contains(provider.name()) && provider.availability().available()) {
                provider.networks().stream().map(Network::interfaceName).forEach(names::add);
            }
        }
        return names;
    }

    /** Returns a provider that may be unable to make machines, to be asked why. */
    MachineProvider whetherAvailableOrNot(String name) {
        return find(name)
                .orElseThrow(() -> Problem.notFound("there is no provider %s here (expected: one of %s)"
                                .formatted(
                                        name,
                                        all.stream().map(MachineProvider::name).collect(Collectors.joining(", "))))
                        .asException());
    }

    private Optional<MachineProvider> find(String name) {
        return all.stream().filter(provider -> provider.name().equals(name)).findFirst();
    }

    /** Returns a provider that can do what it is asked for. */
    MachineProvider named(String name) throws InterruptedException {
        var provider = whetherAvailableOrNot(name);
        var availability = provider.availability();
        if (!availability.available()) {
            throw Problem.unavailable(availability.why(), "GET /v1/providers lists what is available")
                    .asException();
        }
        return provider;
    }

    /** Returns what a provider can do with machines' whole state, or a problem if it cannot. */
    Snapshots snapshots(String name) throws InterruptedException {
        return named(name)
                .snapshots()
                .orElseThrow(() -> Problem.invalid(
                                "machines of the provider %s cannot be paused, saved or restored".formatted(name),
                                "use the provider virtualbox")
                        .asException());
    }

    /** Returns the ways from the host's ports to machines', or a problem if a provider has none. */
    PortForwards portForwards(String name) throws InterruptedException {
        return named(name)
                .portForwards()
                .orElseThrow(() -> Problem.invalid(
                                "the host reaches machines of the provider %s without port forwarding".formatted(name),
                                "use the machine's own address")
                        .asException());
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The providers by name. */
@Singleton
final class Providers {

    private static final Availability VIRTUALBOX = new Availability(
            "virtualbox",
            false,
            "VirtualBox is not supported by this version of vm-service: use the provider nspawn",
            List.of());

    private final List<MachineProvider> all;

    Providers(List<MachineProvider> all) {
        this.all = all;
    }

    List<Availability> availability() {
        return Stream.concat(all.stream().map(MachineProvider::availability), Stream.of(VIRTUALBOX))
                .toList();
    }

    /** Interfaces that any provider has made. */
    boolean haveMade(String link) {
        return all.stream()
                .flatMap(provider -> provider.networks().stream())
                .anyMatch(network -> network.interfaceName().equals(link));
    }

    /** Returns a provider that may be unable to make machines, to be asked why. */
    MachineProvider whetherAvailableOrNot(String name) {
        return find(name)
                .orElseThrow(() -> Problem.notFound("there is no provider %s here".formatted(name))
                        .asException());
    }

    private Optional<MachineProvider> find(String name) {
        return all.stream().filter(provider -> provider.name().equals(name)).findFirst();
    }

    /** Returns a provider that can do what it is asked for. */
    MachineProvider named(String name) {
        var found = find(name);
        if (found.isEmpty() && !name.equals(VIRTUALBOX.name())) {
            throw Problem.notFound("there is no provider %s (expected: nspawn or virtualbox)".formatted(name))
                    .asException();
        }
        var availability = found.map(MachineProvider::availability).orElse(VIRTUALBOX);
        if (!availability.available()) {
            throw Problem.unavailable(availability.why(), "GET /v1/providers lists what is available")
                    .asException();
        }
        return found.orElseThrow();
    }
}

package dev.clusterbox.host;

import io.micronaut.serde.annotation.Serdeable;
import java.util.List;

/**
 * What this host has.
 *
 * @param memoryAvailableMiB what programs can still get without swapping, as the kernel reckons
 * @param diskFreeMiB where machines are kept
 * @param usedNetworks networks of the host's own interfaces and routes, and its name servers; not of networks made here
 */
@Serdeable
public record HostFacts(
        long memoryMiB,
        long memoryAvailableMiB,
        int cpus,
        long diskFreeMiB,
        String architecture,
        List<String> usedNetworks) {}

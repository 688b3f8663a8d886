package dev.clusterbox.machine;

import dev.clusterbox.network.Cidr;
import java.util.Optional;

/**
 * What is going to be asked of a provider's computer.
 *
 * @param memoryMiB of all machines together; 0 where nothing is said
 * @param diskMiB of all machines together; 0 where nothing is said
 * @param network the range that the machines shall stand in
 */
public record Demand(int memoryMiB, int diskMiB, Optional<Cidr> network) {

    public static final Demand NONE = new Demand(0, 0, Optional.empty());
}

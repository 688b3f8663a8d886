package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;
import java.util.Optional;

/**
 * A machine of a cluster as the plan has it.
 *
 * @param machine the id of the machine that plays this part, once there is one
 */
@Serdeable
public record Node(String hostName, Role role, String address, Size size, Optional<String> machine) {

    public Node playedBy(String machineId) {
        return new Node(hostName, role, address, size, Optional.of(machineId));
    }

    /** The id of the machine, where the steps before have made it. */
    public String machineId() {
        return machine.orElseThrow(() -> new IllegalStateException(hostName + " has no machine yet"));
    }
}

package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A machine that is there.
 *
 * @param id its own, from its creation to its end: a machine that is made again under the same name has another
 * @param host the name of the computer it is on
 * @param enter what root types on that host for a shell in the machine; with more words, runs those instead. For a virtual
 *     machine it is {@code ssh}, perhaps {@code -o HostKeyAlias=} with the machine's id and {@code -J} with the host to go by,
 *     and {@code root@} its address: the launcher lets through nothing else. Empty unless the machine runs
 */
@Serdeable
public record Machine(
        MachineName name,
        UUID id,
        String cluster,
        Role role,
        String hostName,
        String network,
        Ipv4 address,
        int cpus,
        int memoryMiB,
        int diskGiB,
        PowerState power,
        Source source,
        String host,
        List<String> enter,
        Instant createdAt) {

    public static Machine of(
            MachineSpec spec,
            UUID id,
            Instant createdAt,
            PowerState power,
            Source source,
            String host,
            List<String> enter) {
        return new Machine(
                spec.name(),
                id,
                spec.cluster(),
                spec.role(),
                spec.hostName(),
                spec.network(),
                spec.address(),
                spec.cpus(),
                spec.memoryMiB(),
                spec.diskGiB(),
                power,
                source,
                host,
                enter,
                createdAt);
    }
}

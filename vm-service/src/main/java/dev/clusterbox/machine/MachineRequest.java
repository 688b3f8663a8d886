package dev.clusterbox.machine;

import dev.clusterbox.network.Ipv4;
import io.micronaut.serde.annotation.Serdeable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine as it is asked for, as it comes: nothing in it is checked yet. */
@Serdeable
record MachineRequest(
        @Nullable String cluster,
        @Nullable String role,
        @Nullable String hostName,
        @Nullable String network,
        @Nullable String address,
        @Nullable Integer cpus,
        @Nullable Integer memoryMiB,
        @Nullable Integer diskGiB,
        @Nullable Map<String, String> hosts) {

    MachineSpec toSpec(String name) {
        Map<String, Ipv4> addresses = new HashMap<>();
        if (hosts != null) {
            hosts.forEach((host, address) -> addresses.put(host, Ipv4.parse(address)));
        }
        return new MachineSpec(
                MachineName.parse(name),
                Needed.field("cluster", cluster),
                Role.parse(Needed.field("role", role)),
                Needed.field("hostName", hostName),
                Needed.field("network", network),
                Ipv4.parse(Needed.field("address", address)),
                Needed.field("cpus", cpus),
                Needed.field("memoryMiB", memoryMiB),
                Needed.field("diskGiB", diskGiB),
                addresses);
    }
}

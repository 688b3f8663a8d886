package dev.clusterbox.nspawn;

import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.network.Ipv4;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;

/**
 * Ways to a machine as they lie on the disk.
 *
 * @param to the machine's address
 */
@Serdeable
record StoredForwards(Ipv4 to, List<Forward> forwards) {}

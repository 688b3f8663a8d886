package dev.clusterbox.nspawn;

import dev.clusterbox.machine.MachineSpec;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What is kept of a machine.
 *
 * @param layers the folders that its root file system consists of, the uppermost first: those it was made with, for life
 */
@Serdeable
record StoredMachine(MachineSpec spec, UUID id, Instant createdAt, List<String> layers) {

    StoredMachine as(MachineSpec other) {
        return new StoredMachine(other, id, createdAt, layers);
    }
}

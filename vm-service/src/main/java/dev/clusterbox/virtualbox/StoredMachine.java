package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.MachineSpec;
import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.UUID;

/**
 * What a machine's extra data says of it. It is written last: a machine that has none was not finished.
 *
 * @param image what it is a clone of
 */
@Serdeable
record StoredMachine(MachineSpec spec, UUID id, Instant createdAt, String image) {}

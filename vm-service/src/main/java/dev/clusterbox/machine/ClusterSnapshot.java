package dev.clusterbox.machine;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Several machines' whole state at one moment: while one was taken, all of them stood still.
 *
 * @param machines those that have it
 * @param complete whether all have it of which it was taken; one that is not cannot be restored, and can be deleted
 */
@Serdeable
public record ClusterSnapshot(
        UUID id, String provider, String name, Instant takenAt, List<MachineName> machines, boolean complete) {}

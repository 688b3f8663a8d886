package dev.clusterbox.machine;

import java.time.Instant;
import java.util.UUID;

/**
 * A machine's whole state at one moment: disk, and memory if it ran.
 *
 * @param id the same for all machines of which one was taken together
 * @param name for people; need not be the only one
 * @param machines of how many machines one was taken together
 */
public record Snapshot(UUID id, String name, Instant takenAt, int machines) {}

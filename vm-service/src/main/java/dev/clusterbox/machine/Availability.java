package dev.clusterbox.machine;

import io.micronaut.serde.annotation.Serdeable;
import java.util.List;

/**
 * Whether a provider can make machines on this host.
 *
 * @param why a sentence; if it is not available, with what to do about it
 * @param warnings what will work less well than it could
 */
@Serdeable
public record Availability(String name, boolean available, String why, List<String> warnings) {}

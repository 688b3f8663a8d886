package dev.clusterbox.machine;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import java.util.List;

/**
 * An image that is kept.
 *
 * @param sizeMiB on the host's disk
 * @param current whether new machines are made of it
 * @param machines those that need it
 */
@Serdeable
public record StoredImage(String id, long sizeMiB, Instant createdAt, boolean current, List<String> machines) {

    public boolean isUsed() {
        return !machines.isEmpty();
    }
}

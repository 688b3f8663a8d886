package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who keeps others from changing a cluster. */
@Serdeable
public record Lock(String owner, String reason, @Nullable Instant since, Instant expiresAt) {}

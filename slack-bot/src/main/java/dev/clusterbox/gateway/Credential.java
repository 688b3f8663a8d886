package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * A certificate for a person's own key.
 *
 * @param server the address of the cluster's API
 * @param certificate PEM, the whole chain
 */
@Serdeable
public record Credential(
        String server,
        @Nullable String authority,
        String certificate,
        @Nullable String expires,
        @Nullable String user) {}

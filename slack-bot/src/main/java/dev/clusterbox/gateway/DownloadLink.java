package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import java.time.Instant;

/** An address that works once. */
@Serdeable
public record DownloadLink(String url, Instant expiresAt) {}

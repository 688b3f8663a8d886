package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;

/** A JSON merge patch (RFC 7396) of a cluster. */
@Serdeable
record ChangeRequest(int nodes) {}

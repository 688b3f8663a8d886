package dev.clusterbox.nspawn;

import io.micronaut.serde.annotation.Serdeable;

/** What is kept of a network; the rest follows from it. */
@Serdeable
record StoredNetwork(String cidr, String cluster) {}

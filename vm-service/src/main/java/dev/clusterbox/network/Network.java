package dev.clusterbox.network;

import io.micronaut.serde.annotation.Serdeable;

/**
 * A network that machines stand in, and the host with its first address.
 *
 * @param interfaceName the host's interface in it
 */
@Serdeable
public record Network(String name, Cidr cidr, Ipv4 hostAddress, String interfaceName, String cluster) {}

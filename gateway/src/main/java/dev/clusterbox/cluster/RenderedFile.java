package dev.clusterbox.cluster;

import io.micronaut.serde.annotation.Serdeable;

/**
 * A file as it would lie on a machine.
 *
 * @param machine its host name, or "addons" for what is applied to the cluster
 * @param path absolute
 * @param mode permission bits
 */
@Serdeable
public record RenderedFile(String machine, String path, int mode, String content) {}

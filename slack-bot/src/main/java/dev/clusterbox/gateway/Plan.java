package dev.clusterbox.gateway;

import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code up} would do.
 *
 * @param hash by which it can be applied as long as it holds
 * @param changes a line each; empty where everything is as it should be
 */
@Serdeable
public record Plan(String hash, String cluster, @Nullable List<String> changes) {}

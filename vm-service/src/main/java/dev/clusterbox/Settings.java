package dev.clusterbox;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What can be set; the README explains each.
 *
 * @param agentImage the tree that is laid over the root file system of each machine; without it machines have no agent
 * @param artifactStore the folder that each machine sees under {@code /opt/clusterbox/artifacts}
 */
@ConfigurationProperties("clusterbox")
record Settings(
        Path state,
        Path tokenFile,
        Path images,
        @Nullable Path agentImage,
        @Nullable Path artifactStore) {}

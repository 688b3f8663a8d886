package dev.clusterbox;

import io.micronaut.context.annotation.ConfigurationProperties;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for the VirtualBox of this computer; the README explains each.
 *
 * @param program VBoxManage's name or path
 * @param folder where machines and images lie; one in the user's home if it is not given
 * @param hidden whether the gateway sees machines from an address that is not theirs
 */
@ConfigurationProperties("clusterbox.virtualbox")
record VirtualBoxSettings(
        @Nullable String program,
        @Nullable String folder,
        @Nullable Boolean hidden) {}

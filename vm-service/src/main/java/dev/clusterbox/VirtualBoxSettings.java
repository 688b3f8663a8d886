package dev.clusterbox;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for the VirtualBox of this computer; the README explains each.
 *
 * @param program VBoxManage's name or path
 * @param folder where machines and images lie; one in the user's home if it is not given
 * @param hidden whether the gateway sees machines from an address that is not theirs
 * @param base what images are made of, a path or an address; Debian 12 if it is not given
 * @param baseChecksum such as {@code sha512:…}; an address needs one
 * @param bootPatience for how long a machine may boot for the first time
 */
@ConfigurationProperties("clusterbox.virtualbox")
record VirtualBoxSettings(
        @Nullable String program,
        @Nullable String folder,
        @Nullable Boolean hidden,
        @Nullable String base,
        @Nullable String baseChecksum,
        @Nullable Duration bootPatience) {}

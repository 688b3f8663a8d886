package dev.clusterbox.virtualbox;

import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What VirtualBox's global extra data says of a network of ours.
 *
 * @param link the host's interface, or on a Mac VirtualBox's network; not there until it is made
 * @param before interfaces that were there before it was made, and are somebody else's
 */
@Serdeable
record StoredNetwork(String cidr, String cluster, @Nullable String link, List<String> before) {

    StoredNetwork with(String made) {
        return new StoredNetwork(cidr, cluster, made, List.of());
    }
}

package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Consumer;

/** Applies manifests, by server-side apply. */
@Singleton
public final class Addons {

    public void apply(Cluster cluster, List<Addon> addons, Consumer<String> say) {
        say.accept("%d add-ons for %s".formatted(addons.size(), cluster.name()));
    }
}

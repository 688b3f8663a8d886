package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** The nodes as Kubernetes sees them. */
@Singleton
public final class Nodes {

    public void awaitReady(Cluster cluster, Consumer<String> say) {
        say.accept(cluster.nodes().size() + " machines");
    }
}

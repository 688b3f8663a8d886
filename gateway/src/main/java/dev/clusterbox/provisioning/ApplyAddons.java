package dev.clusterbox.provisioning;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.kubernetes.Addons;
import dev.clusterbox.release.Releases;
import jakarta.inject.Singleton;
import java.util.stream.Stream;

/** What runs in the cluster itself: the rights of its parts, DNS, and what was asked for besides. */
@Singleton
final class ApplyAddons implements Step {

    private final Releases releases;
    private final Addons addons;

    ApplyAddons(Releases releases, Addons addons) {
        this.releases = releases;
        this.addons = addons;
    }

    @Override
    public String id() {
        return "addons";
    }

    @Override
    public String title() {
        return "Apply add-ons";
    }

    @Override
    public Cluster run(Cluster cluster, Progress progress) throws InterruptedException {
        var own = releases.get(cluster.spec().kubernetes()).addons(cluster);
        var all = Stream.concat(own.stream(), cluster.addons().stream()).toList();
        int changed = addons.apply(cluster, all, progress::say);
        return changed > 0 ? cluster.untested() : cluster;
    }
}

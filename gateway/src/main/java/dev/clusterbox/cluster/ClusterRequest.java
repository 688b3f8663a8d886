package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a person sends: everything may be left out. The same fields stand in a cluster file. */
@Serdeable
public record ClusterRequest(
        @Nullable String name,
        @Nullable String provider,
        @Nullable Integer controllers,
        @Nullable Integer nodes,
        @Nullable SizeRequest loadBalancer,
        @Nullable SizeRequest controller,
        @Nullable SizeRequest node,
        @Nullable String subnet,
        @Nullable String podCidr,
        @Nullable String serviceCidr,
        @Nullable String kubernetes,
        @Nullable String through,
        @Nullable List<Addon> addons,
        @Nullable String expose,
        @Nullable String exposeJoin,
        @Nullable String sshPublicKey) {

    @Serdeable
    public record SizeRequest(
            @Nullable Integer cpus, @Nullable Integer memoryMiB) {}

    /** 7 machines of these sizes fit a computer with 16 GB, as in the tutorial. */
    private static final ClusterSpec USUAL = new ClusterSpec(
            "demo",
            "nspawn",
            3,
            3,
            new Size(1, 512),
            new Size(2, 2048),
            new Size(2, 2048),
            Optional.empty(),
            "10.244.0.0/16",
            "10.32.0.0/24",
            "1.36");

    private static final String NOWHERE = "none";

    ClusterName clusterName() {
        return new ClusterName(or(name, USUAL.name()));
    }

    /** What is meant: where nothing was said, what the cluster already is, or else the usual. */
    ClusterSpec spec(Optional<Cluster> there) {
        var usual = there.map(Cluster::spec).orElse(USUAL);
        return new ClusterSpec(
                clusterName().value(),
                or(provider, usual.provider()),
                or(controllers, usual.controllers()),
                or(nodes, usual.nodes()),
                size(loadBalancer, usual.loadBalancer()),
                size(controller, usual.controller()),
                size(node, usual.node()),
                Optional.ofNullable(subnet).or(usual::subnet),
                or(podCidr, usual.podCidr()),
                or(serviceCidr, usual.serviceCidr()),
                or(kubernetes, usual.kubernetes()));
    }

    boolean changesReach() {
        return expose != null || exposeJoin != null;
    }

    /** Where the cluster shall be reached from elsewhere; what was not said stays as it is. */
    Cluster reach(Cluster cluster) {
        var changed = cluster.exposedAt(endpoint(expose, cluster.exposed()))
                .joinedAt(endpoint(exposeJoin, cluster.exposedJoin()));
        if (changed.exposed().isPresent() && changed.exposed().equals(changed.exposedJoin())) {
            throw Problem.invalid(
                            "exposeJoin: %s is where the API is (expected: another port)"
                                    .formatted(changed.exposedJoin().get()),
                            "")
                    .asException();
        }
        return changed;
    }

    private static Optional<Endpoint> endpoint(@Nullable String asked, Optional<Endpoint> before) {
        if (asked == null) {
            return before;
        }
        return asked.equals(NOWHERE) ? Optional.empty() : Optional.of(Endpoint.parse(asked));
    }

    private static Size size(@Nullable SizeRequest asked, Size usual) {
        return asked == null ? usual : new Size(or(asked.cpus, usual.cpus()), or(asked.memoryMiB, usual.memoryMiB()));
    }

    private static <T> T or(@Nullable T asked, T usual) {
        return asked == null ? usual : asked;
    }
}

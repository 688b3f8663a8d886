package dev.clusterbox.release;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSecrets;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.RenderedFile;
import dev.clusterbox.cluster.Renderer;
import dev.clusterbox.cluster.Subnet;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Renders a release for a cluster that need not be there: with every artifact that the release names. */
@Singleton
final class Rendering implements Renderer {

    /** Where the first cluster of a computer comes to lie. */
    private static final String USUAL_SUBNET = "192.168.56.0/24";

    private static final int READABLE = 0_644;

    private static final ClusterSecrets.Values SECRETS = new ClusterSecrets.Values(
            "(made for each cluster: 32 random bytes in Base64)",
            "(made for each cluster: an EC key, P-256, in PEM)\n",
            "(made for each cluster: the public key of service-account-key.pem)\n");

    private final Releases releases;

    Rendering(Releases releases) {
        this.releases = releases;
    }

    @Override
    public List<RenderedFile> render(ClusterSpec asked) {
        var release = releases.any(asked.kubernetes());
        var spec = asked.subnet().isPresent() ? asked : asked.within(USUAL_SUBNET);
        var bare = Cluster.requested(spec, () -> 0, Instant.EPOCH)
                .in(Subnet.parse("subnet", spec.subnet().orElseThrow()));
        var binaries = release.artifacts(bare).stream().collect(Collectors.toMap(Function.identity(), name -> ""));
        var cluster = bare.with(new Cluster.Artifacts(binaries, Map.of(), Set.of()));
        var onMachines = cluster.nodes().stream().flatMap(node -> release.files(cluster, node, SECRETS).stream());
        var addons = release.addons(cluster).stream()
                .map(addon -> new RenderedFile("addons", "/" + addon.name() + ".yaml", READABLE, addon.manifest()));
        return Stream.concat(onMachines, addons).toList();
    }
}

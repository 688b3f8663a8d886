package dev.clusterbox.release;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.Subnet;
import dev.clusterbox.fixture.Clusters;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A file of a release as it comes to lie on a machine.
 *
 * @param hostName the machine, or "addons" for what is applied to the cluster
 */
record Rendered(String line, Variant variant, String hostName, String path, String content) {

    static final List<String> HOSTS = List.of("haproxy", "controller-1", "node-1");

    /** Kinds of clusters whose files differ. */
    enum Variant {
        /** Machines that share the host's kernel, and every artifact that the release names. */
        USUAL(""),
        WITHOUT_ARTIFACTS("without-artifacts"),
        /** Machines with a kernel of their own. */
        OWN_KERNEL("own-kernel");

        private final String folder;

        Variant(String folder) {
            this.folder = folder;
        }

        Cluster cluster(Release release) {
            var tutorial = Clusters.tutorial();
            var binaries = release.artifacts(tutorial).stream()
                    .collect(Collectors.toMap(Function.identity(), name -> "00".repeat(32)));
            var everything = new Cluster.Artifacts(binaries, Map.of("pause.tar", "00".repeat(32)), Set.of());
            return switch (this) {
                case USUAL -> tutorial.with(everything);
                case WITHOUT_ARTIFACTS -> tutorial.with(Cluster.Artifacts.NONE);
                case OWN_KERNEL -> of(tutorial, "virtualbox").with(everything);
            };
        }

        private static Cluster of(Cluster other, String provider) {
            var spec = other.spec();
            var changed = new ClusterSpec(
                    spec.name(),
                    provider,
                    spec.controllers(),
                    spec.nodes(),
                    spec.loadBalancer(),
                    spec.controller(),
                    spec.node(),
                    spec.subnet(),
                    spec.podCidr(),
                    spec.serviceCidr(),
                    spec.kubernetes());
            return Cluster.requested(changed, new Random(1), Instant.EPOCH)
                    .in(Subnet.parse("subnet", other.network().orElseThrow()))
                    .with(other.authorities());
        }
    }

    static List<Operation> operations(Release release, Variant variant, String hostName) {
        var cluster = variant.cluster(release);
        return release.through().stream()
                .flatMap(step -> release.operations(step, cluster, cluster.node(hostName), Clusters.secrets()).stream())
                .toList();
    }

    /** What the releases write on machines. */
    static Stream<Rendered> files(Variant variant) {
        var releases = new Releases();
        return releases.lines().stream()
                .flatMap(line -> HOSTS.stream().flatMap(host -> files(releases.get(line), variant, host)));
    }

    static Stream<Rendered> files(Release release, Variant variant, String hostName) {
        return operations(release, variant, hostName).stream()
                .filter(Operation::hasWriteFile)
                .map(Operation::getWriteFile)
                .map(file -> new Rendered(
                        release.line(),
                        variant,
                        hostName,
                        file.getPath(),
                        file.getContent().toStringUtf8()));
    }

    /** What the releases apply to clusters. */
    static Stream<Rendered> addons(Variant variant) {
        var releases = new Releases();
        return releases.lines().stream()
                .map(releases::get)
                .flatMap(release -> release.addons(variant.cluster(release)).stream()
                        .map(addon -> new Rendered(
                                release.line(), variant, "addons", "/" + addon.name() + ".yaml", addon.manifest())));
    }

    boolean isUnit() {
        return path.startsWith("/etc/systemd/system/");
    }

    String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    Path golden(Path folder) {
        return folder.resolve("v" + line)
                .resolve(variant.folder)
                .resolve(hostName)
                .resolve(path.substring(1));
    }

    /** The same file of another release. */
    Rendered of(String other) {
        return new Rendered(other, variant, hostName, path, content);
    }

    /** Of another variant, the same file. */
    boolean sameAs(Rendered other) {
        return line.equals(other.line)
                && hostName.equals(other.hostName)
                && path.equals(other.path)
                && content.equals(other.content);
    }

    @Override
    public String toString() {
        return "%s: %s on %s%s".formatted(line, path, hostName, variant == Variant.USUAL ? "" : " " + variant.folder);
    }
}

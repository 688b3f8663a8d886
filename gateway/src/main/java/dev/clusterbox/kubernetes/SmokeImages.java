package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Role;
import io.fabric8.kubernetes.api.model.ContainerImage;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the smoke test runs. Machines without a registry have other images than those that would be pulled: what is on all
 * nodes already is taken first.
 *
 * @param web serves HTTP: nginx, or busybox
 * @param tools a busybox
 */
record SmokeImages(String web, String tools) {

    private static final String NGINX = "docker.io/library/nginx:1.28.0-alpine";
    private static final String BUSYBOX = "docker.io/library/busybox:1.37";

    /** kubelet tells of new images every 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration PAUSE = Duration.ofMillis(500);

    static SmokeImages choose(KubernetesClient client, Cluster cluster) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var there = onAllNodes(client, cluster);
            if (isComplete(there, cluster.artifacts().images().keySet()) || System.nanoTime() > deadline) {
                return choose(there);
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Whether the nodes name everything that was imported for this. */
    private static boolean isComplete(Set<String> there, Set<String> files) {
        return List.of("nginx", "busybox").stream()
                .allMatch(name -> files.stream().noneMatch(file -> file.contains(name))
                        || find(there, name, "").isPresent());
    }

    static SmokeImages choose(Set<String> there) {
        var busybox = find(there, "busybox", BUSYBOX);
        var nginx = find(there, "nginx", NGINX);
        return new SmokeImages(nginx.or(() -> busybox).orElse(NGINX), busybox.orElse(BUSYBOX));
    }

    private static Optional<String> find(Set<String> there, String name, String preferred) {
        return there.contains(preferred)
                ? Optional.of(preferred)
                : there.stream()
                        .filter(image ->
                                image.substring(image.lastIndexOf('/') + 1).startsWith(name))
                        .findFirst();
    }

    boolean isNginx() {
        return web.contains("nginx");
    }

    /** Names with tags; a name with a digest is the same image once more. */
    private static Set<String> onAllNodes(KubernetesClient client, Cluster cluster) {
        var ours =
                cluster.nodes(Role.NODE).stream().map(node -> node.hostName()).collect(Collectors.toSet());
        var fromMemory = new ListOptionsBuilder().withResourceVersion("0").build();
        var nodes =
                Api.call("list nodes", () -> client.nodes().list(fromMemory)).getItems();
        Optional<Set<String>> common = Optional.empty();
        for (var node : nodes) {
            if (ours.contains(node.getMetadata().getName()) && node.getStatus() != null) {
                Set<String> names = node.getStatus().getImages().stream()
                        .map(ContainerImage::getNames)
                        .flatMap(List::stream)
                        .filter(name -> !name.contains("@"))
                        .collect(Collectors.toCollection(TreeSet::new));
                common.ifPresent(names::retainAll);
                common = Optional.of(names);
            }
        }
        return common.orElse(Set.of());
    }
}

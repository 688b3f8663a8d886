package dev.clusterbox.kubernetes;

import java.util.Optional;
import java.util.Set;

/**
 * What the smoke test runs. Machines without a registry have other images than those that would be pulled: what was
 * imported on all nodes is taken first.
 *
 * @param web serves HTTP: nginx, or busybox
 * @param tools a busybox
 */
record SmokeImages(String web, String tools) {

    private static final String NGINX = "docker.io/library/nginx:1.28.0-alpine";
    private static final String BUSYBOX = "docker.io/library/busybox:1.37";

    /** @param there names with tags of what is on all nodes */
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
}

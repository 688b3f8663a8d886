package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.regex.Pattern;

/**
 * Something to be applied to a cluster.
 *
 * @param manifest Kubernetes objects in YAML, several documents with {@code ---} between them
 */
@Serdeable
public record Addon(String name, String manifest) {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final int LARGEST = 512 * 1024;

    public Addon {
        if (!LABEL.matcher(name).matches()) {
            throw Problem.invalid(
                            "addons.name: '%s' (expected: a DNS label)".formatted(ClusterName.shortened(name)),
                            "for example 'traefik'")
                    .asException();
        }
        if (manifest.length() > LARGEST) {
            throw Problem.invalid(
                            "addons.manifest of '%s': %d characters (expected: at most %d)"
                                    .formatted(name, manifest.length(), LARGEST),
                            "split it into several add-ons")
                    .asException();
        }
    }
}

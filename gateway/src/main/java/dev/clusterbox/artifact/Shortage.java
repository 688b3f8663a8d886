package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Artifact;
import dev.clusterbox.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Artifacts that cannot be had, and why. */
final class Shortage {

    private static final String HINT = "have them in a folder: CLUSTERBOX_ARTIFACTS=FOLDER; or name a mirror:"
            + " CLUSTERBOX_MIRROR=URL; './clusterbox up --through etcd' goes as far as it goes without them";

    private Shortage() {}

    /** Every one with where it comes from, those with the same reason together. */
    static RuntimeException of(List<Artifact> missing, Map<String, String> reasons) {
        var byReason = missing.stream()
                .collect(Collectors.groupingBy(
                        artifact -> reasons.getOrDefault(artifact.name(), "not found"),
                        LinkedHashMap::new,
                        Collectors.mapping(
                                artifact -> "%s (%s)"
                                        .formatted(
                                                artifact.name(),
                                                artifact.download().url()),
                                Collectors.joining(", "))));
        var text = new TreeMap<>(byReason)
                .entrySet().stream()
                        .map(entry -> "%s: %s".formatted(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining("; "));
        return Problem.unavailable(
                        "%s cannot be had: %s"
                                .formatted(missing.size() == 1 ? "1 artifact" : missing.size() + " artifacts", text),
                        HINT)
                .asException();
    }
}

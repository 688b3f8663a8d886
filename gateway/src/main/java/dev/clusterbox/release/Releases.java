package dev.clusterbox.release;

import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The supported releases: a folder of resources each. */
@Singleton
public final class Releases {

    private static final List<String> LINES = List.of("1.36");

    private final Map<String, Release> loaded = new ConcurrentHashMap<>();

    public List<String> lines() {
        return LINES;
    }

    /** @throws dev.clusterbox.problem.ProblemException if the line is not supported */
    public Release get(String line) {
        if (!LINES.contains(line)) {
            throw Problem.invalid(
                            "kubernetes: '%s' (expected: %s)"
                                    .formatted(
                                            line.length() > 20 ? line.substring(0, 20) + "…" : line,
                                            String.join(", ", LINES)),
                            "name a minor version, such as 1.36")
                    .asException();
        }
        return loaded.computeIfAbsent(line, Releases::load);
    }

    private static Release load(String line) {
        var templates = new Templates("/releases/v" + line + "/");
        var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        return ReleaseFile.parse(yaml.load(templates.read("release.yaml")), templates);
    }
}

package dev.clusterbox.release;

import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The releases: a folder of resources each. */
@Singleton
public final class Releases {

    private static final List<String> LINES = List.of("1.35", "1.36", "1.37");

    /** The tutorial's own: its files can be read, its programs are long out of support. */
    private static final List<String> RENDER_ONLY = List.of("1.10");

    private final Map<String, Release> loaded = new ConcurrentHashMap<>();

    /** Those of which clusters can be made. */
    public List<String> lines() {
        return LINES;
    }

    /** @throws dev.clusterbox.problem.ProblemException if no cluster can be made of the line */
    public Release get(String line) {
        var release = any(line);
        if (release.renderOnly()) {
            throw Problem.invalid(
                            "kubernetes: %s can be rendered, but no cluster can be made of it (expected: %s)"
                                    .formatted(line, String.join(", ", LINES)),
                            "'./clusterbox render --kubernetes v%s DIR' writes its files".formatted(line))
                    .asException();
        }
        return release;
    }

    /** @throws dev.clusterbox.problem.ProblemException if there is no such line */
    Release any(String line) {
        if (!LINES.contains(line) && !RENDER_ONLY.contains(line)) {
            throw Problem.invalid(
                            "kubernetes: '%s' (expected: %s)"
                                    .formatted(
                                            line.length() > 20 ? line.substring(0, 20) + "…" : line,
                                            String.join(", ", LINES)),
                            "name a minor version, such as 1.36; 1.10 can be rendered (in YAML write it in quotes)")
                    .asException();
        }
        return load(line);
    }

    /** Not by {@code computeIfAbsent}: a release may be like another, which is loaded meanwhile. */
    private Release load(String line) {
        var known = loaded.get(line);
        if (known != null) {
            return known;
        }
        var templates = new Templates(List.of("/releases/v" + line + "/"));
        var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        var release = ReleaseFile.parse(yaml.load(templates.read("release.yaml")), templates, this::load);
        loaded.put(line, release);
        return release;
    }
}

package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import io.micronaut.http.MediaType;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads a request for a cluster, from JSON or from YAML. */
@Singleton
final class ClusterBody {

    private final JsonMapper json;

    ClusterBody(JsonMapper json) {
        this.json = json;
    }

    /** @throws dev.clusterbox.problem.ProblemException if the text is not such a request, or has a field nobody knows */
    ClusterRequest read(String text, Optional<MediaType> type) {
        var yaml = type.filter(MediaType.APPLICATION_YAML_TYPE::equals).isPresent();
        try {
            var document = yaml ? json.writeValueAsString(yaml(text)) : text;
            if (document.isBlank()) {
                throw invalid("an empty body (expected: an object, for example {\"name\":\"demo\"})");
            }
            return Optional.ofNullable(json.readValue(document, ClusterRequest.class))
                    .orElseThrow(() -> invalid("null (expected: an object)"));
        } catch (IOException | YAMLException e) {
            throw invalid(firstLine(e));
        }
    }

    private static Object yaml(String text) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(10);
        Object document = new Yaml(new SafeConstructor(options)).load(text);
        if (document == null) {
            return Map.of();
        }
        if (!(document instanceof Map)) {
            throw invalid("not a mapping (expected: 'name: demo' and the like)");
        }
        return document;
    }

    private static RuntimeException invalid(String why) {
        return Problem.invalid("request: " + why, "the fields are in the OpenAPI document")
                .asException();
    }

    private static String firstLine(Exception e) {
        var message = String.valueOf(e.getMessage());
        var line = message.lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}

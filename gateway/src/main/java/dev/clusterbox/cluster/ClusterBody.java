package dev.clusterbox.cluster;

import dev.clusterbox.cluster.ClusterRequest.SizeRequest;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.rest.SshPublicKey;
import io.micronaut.core.type.Argument;
import io.micronaut.http.MediaType;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads a request for a cluster, from JSON or from YAML. Every refusal names the field and what was expected. */
@Singleton
final class ClusterBody {

    private final JsonMapper json;

    ClusterBody(JsonMapper json) {
        this.json = json;
    }

    /** @throws dev.clusterbox.problem.ProblemException if the text is not such a request, or has a field nobody knows */
    ClusterRequest read(String text, Optional<MediaType> type) {
        return request(new Fields("", object(text, type), ClusterRequest.class));
    }

    /** What of a cluster that is there may be changed. */
    ChangeRequest readChange(String text, Optional<MediaType> type) {
        var fields = new Fields("", object(text, type), ChangeRequest.class);
        var nodes = fields.number("nodes");
        if (nodes == null) {
            throw invalid("nodes: not given (expected: a whole number)");
        }
        return new ChangeRequest(nodes);
    }

    private Object object(String text, Optional<MediaType> type) {
        var yaml = type.filter(t -> t.getSubtype().endsWith("yaml")).isPresent();
        try {
            return yaml ? yaml(text) : json(text);
        } catch (IOException | YAMLException e) {
            throw invalid(firstLine(e));
        }
    }

    private static ClusterRequest request(Fields fields) {
        return new ClusterRequest(
                fields.text("name"),
                fields.text("provider"),
                fields.number("controllers"),
                fields.number("nodes"),
                size(fields, "loadBalancer"),
                size(fields, "controller"),
                size(fields, "node"),
                fields.text("subnet"),
                fields.text("podCidr"),
                fields.text("serviceCidr"),
                fields.text("kubernetes"),
                fields.text("through"),
                addons(fields),
                fields.text("expose"),
                fields.text("exposeJoin"),
                sshPublicKey(fields));
    }

    private static @Nullable String sshPublicKey(Fields fields) {
        var text = fields.text("sshPublicKey");
        return text == null ? null : SshPublicKey.parse(text).text();
    }

    private static @Nullable List<Addon> addons(Fields fields) {
        return switch (fields.values.get("addons")) {
            case null -> null;
            case List<?> list -> list.stream().map(ClusterBody::addon).toList();
            case Object other -> throw fields.wrong("addons", other, "a list");
        };
    }

    private static Addon addon(Object value) {
        var addon = new Fields("addons.", value, Addon.class);
        return new Addon(addon.needed("name"), addon.needed("manifest"));
    }

    private static @Nullable SizeRequest size(Fields fields, String name) {
        var value = fields.values.get(name);
        if (value == null) {
            return null;
        }
        var size = new Fields(name + ".", value, SizeRequest.class);
        return new SizeRequest(size.number("cpus"), size.number("memoryMiB"));
    }

    /** The fields of one object, all of them known. */
    private static final class Fields {

        private final String path;
        private final Map<?, ?> values;

        Fields(String path, @Nullable Object object, Class<? extends Record> type) {
            if (!(object instanceof Map<?, ?> map)) {
                throw invalid("%s (expected: an object, such as {\"name\": \"demo\"})"
                        .formatted(path.isEmpty() ? "not an object" : path + " is not an object"));
            }
            this.path = path;
            this.values = map;
            var known = new TreeSet<String>();
            Arrays.stream(type.getRecordComponents()).forEach(component -> known.add(component.getName()));
            map.keySet().forEach(key -> {
                if (!known.contains(String.valueOf(key))) {
                    throw invalid("unknown field '%s%s' (expected: %s)"
                            .formatted(path, shortened(String.valueOf(key)), String.join(", ", known)));
                }
            });
        }

        @Nullable
        String text(String name) {
            return switch (values.get(name)) {
                case null -> null;
                case String text -> text;
                // YAML reads 1.36 as a number.
                case Number number -> number.toString();
                case Object other -> throw wrong(name, other, "a text");
            };
        }

        String needed(String name) {
            var text = text(name);
            if (text == null) {
                throw invalid("%s%s: not given (expected: a text)".formatted(path, name));
            }
            return text;
        }

        @Nullable
        Integer number(String name) {
            return switch (values.get(name)) {
                case null -> null;
                case Integer number -> number;
                case Long number when number.intValue() == number -> number.intValue();
                case Object other -> throw wrong(name, other, "a whole number");
            };
        }

        private RuntimeException wrong(String name, Object value, String expected) {
            return invalid(
                    "%s%s: '%s' (expected: %s)".formatted(path, name, shortened(String.valueOf(value)), expected));
        }
    }

    private Object json(String text) throws IOException {
        if (text.isBlank()) {
            throw invalid("an empty body (expected: an object, such as {\"name\": \"demo\"})");
        }
        return json.readValue(text, Argument.of(Object.class));
    }

    private static Object yaml(String text) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(10);
        Object document = new Yaml(new SafeConstructor(options)).load(text);
        return document == null ? Map.of() : document;
    }

    private static RuntimeException invalid(String why) {
        return Problem.invalid("request: " + why, "").asException();
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private static String firstLine(Exception e) {
        var line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}

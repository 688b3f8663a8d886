package dev.clusterbox.kubernetes;

import dev.clusterbox.cluster.Addon;
import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One object of an add-on, as it is written there.
 *
 * @param document counted from 1, for messages
 * @param content JSON: maps with texts for keys, lists, texts, numbers, booleans, nulls
 */
record Manifest(String addon, int document, Map<String, @Nullable Object> content) {

    /**
     * YAML as kubectl reads it: 0644 is octal, {@code on} is true, but no text becomes a time or a sum of minutes: "22:22" is a
     * text.
     */
    private static final class AsKubectl extends Resolver {

        private static final Pattern WHOLE =
                Pattern.compile("[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)");
        private static final Pattern DECIMAL = Pattern.compile("[-+]?(?:[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
                + "|[0-9][0-9_]*[eE][-+]?[0-9]+|\\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)");

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
            addImplicitResolver(Tag.INT, WHOLE, "-+0123456789");
            addImplicitResolver(Tag.FLOAT, DECIMAL, "-+0123456789.");
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }

    /** @throws dev.clusterbox.problem.ProblemException if it is not YAML, or not Kubernetes objects */
    static List<Manifest> parse(Addon addon) {
        var manifests = new ArrayList<Manifest>();
        int document = 0;
        try {
            for (var content : yaml().loadAll(addon.manifest())) {
                document++;
                if (content != null) {
                    read(addon.name(), document, new Json().of(content, 0), manifests);
                }
            }
        } catch (YAMLException e) {
            throw refused(addon.name(), document + 1, Api.shown(String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException e) {
            throw refused(addon.name(), document, String.valueOf(e.getMessage()));
        }
        return manifests;
    }

    private static Yaml yaml() {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        // Enough for people, too few for a bomb.
        options.setMaxAliasesForCollections(50);
        options.setNestingDepthLimit(100);
        var dumper = new DumperOptions();
        return new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options, new AsKubectl());
    }

    /** A List stands for what is in it. */
    private static void read(String addon, int document, @Nullable Object content, List<Manifest> into) {
        if (!(content instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("not an object (expected: apiVersion, kind, metadata)");
        }
        if ("v1".equals(map.get("apiVersion")) && "List".equals(map.get("kind"))) {
            if (map.get("items") instanceof List<?> items) {
                items.forEach(item -> read(addon, document, item, into));
            }
            return;
        }
        var object = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) -> object.put(String.valueOf(key), value));
        var manifest = new Manifest(addon, document, object);
        for (var field : List.of("apiVersion", "kind")) {
            if (!(object.get(field) instanceof String text) || text.isBlank()) {
                throw new IllegalArgumentException("no %s".formatted(field));
            }
        }
        if (manifest.name().isEmpty()) {
            throw new IllegalArgumentException("%s without metadata.name".formatted(manifest.kind()));
        }
        into.add(manifest);
    }

    /** What JSON can say of it; a number as a key is a text there. Aliases are written out, as far as there is an end to it. */
    private static final class Json {

        private static final int DEEPEST = 100;
        private static final int MOST = 200_000;

        private int values;

        @Nullable
        Object of(@Nullable Object value, int depth) {
            if (depth > DEEPEST || ++values > MOST) {
                throw new IllegalArgumentException("too large or too deep once its aliases are written out");
            }
            return switch (value) {
                case null -> null;
                case String text -> text;
                case Number number -> number;
                case Boolean bool -> bool;
                case List<?> list -> {
                    var copy = new ArrayList<@Nullable Object>();
                    list.forEach(item -> copy.add(of(item, depth + 1)));
                    yield copy;
                }
                case Map<?, ?> map -> {
                    var copy = new LinkedHashMap<String, @Nullable Object>();
                    map.forEach((key, item) -> copy.put(String.valueOf(key), of(item, depth + 1)));
                    yield copy;
                }
                default ->
                    throw new IllegalArgumentException("a %s (expected: what JSON knows)"
                            .formatted(value.getClass().getSimpleName()));
            };
        }
    }

    String apiVersion() {
        return text(content.get("apiVersion"));
    }

    String kind() {
        return text(content.get("kind"));
    }

    String name() {
        return metadata("name");
    }

    /** Where one is named. */
    String namespace() {
        return metadata("namespace");
    }

    /** The same for all that is written down of one object. */
    String identity() {
        return "%s %s %s/%s".formatted(apiVersion(), kind(), namespace(), name());
    }

    boolean isNamespace() {
        return apiVersion().equals("v1") && kind().equals("Namespace");
    }

    boolean isDefinition() {
        return apiVersion().startsWith("apiextensions.k8s.io/") && kind().equals("CustomResourceDefinition");
    }

    /** For people: "Deployment web/traefik". */
    String shown() {
        return "%s %s%s"
                .formatted(
                        Api.shown(kind()),
                        namespace().isEmpty() ? "" : Api.shown(namespace()) + "/",
                        Api.shown(name()));
    }

    RuntimeException refused(String reason) {
        return refused(addon, document, shown() + ": " + reason);
    }

    private static RuntimeException refused(String addon, int document, String reason) {
        return Problem.invalid(
                        "add-on '%s', document %d: %s".formatted(addon, document, reason),
                        "correct the manifest and run 'up' with it again")
                .asException();
    }

    private String metadata(String field) {
        return content.get("metadata") instanceof Map<?, ?> metadata ? text(metadata.get(field)) : "";
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }
}

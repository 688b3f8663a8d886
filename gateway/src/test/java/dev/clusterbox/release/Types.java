package dev.clusterbox.release;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which fields Kubernetes' types have, from {@code src/test/resources/help}: programs of Kubernetes refuse a field that they
 * do not know, or ignore it, which is worse.
 *
 * @param kinds "KubeletConfiguration kubelet.config.k8s.io/v1beta1"
 * @param fields of each type, with their types: {@code string}, {@code []Container}, <code>{}string</code> for a map
 */
record Types(List<String> kinds, Map<String, Map<String, String>> fields) {

    /** What else is read from YAML on a machine: crictl's fields, from the documentation of cri-tools 1.36. */
    static final List<String> CRICTL = List.of(
            "runtime-endpoint", "image-endpoint", "timeout", "debug", "pull-image-on-create", "disable-pull-on-run");

    static Types read(String line, String file) throws IOException {
        var kinds = new ArrayList<String>();
        var fields = new HashMap<String, Map<String, String>>();
        Map<String, String> current = new HashMap<>();
        for (var text : Files.readAllLines(Help.folder(line).resolve("types").resolve(file + ".txt"))) {
            var words = List.of(text.strip().split(" ", -1));
            if (text.startsWith("#")) {
                continue;
            }
            if (text.startsWith("  ")) {
                current.put(words.getFirst(), words.getLast());
                continue;
            }
            current = new HashMap<>();
            fields.put(words.getFirst(), current);
            if (words.size() == 2) {
                kinds.add(text);
            }
        }
        return new Types(kinds, fields);
    }

    /** What is wrong with an object. */
    List<String> problems(Map<?, ?> object) {
        var kind = String.valueOf(object.get("kind"));
        var wanted = kind + " " + object.get("apiVersion");
        if (!kinds.contains(wanted)) {
            return List.of("not a known kind: " + wanted);
        }
        var problems = new ArrayList<String>();
        check(kind, object, kind, problems);
        return problems;
    }

    private void check(String type, @Nullable Object value, String where, List<String> problems) {
        if (type.startsWith("[]") && value instanceof List<?> list) {
            list.forEach(element -> check(type.substring(2), element, where + "[]", problems));
        } else if (type.startsWith("{}") && value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> check(type.substring(2), element, where + "." + key, problems));
        } else if (fields.containsKey(type) && value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                var of = fields.get(type).get(key.toString());
                if (of == null) {
                    problems.add(where + "." + key + " is unknown");
                } else {
                    check(of, element, where + "." + key, problems);
                }
            });
        } else if (!fits(type, value)) {
            problems.add("%s: %s (expected: %s)".formatted(where, value, type));
        }
    }

    private static boolean fits(String type, @Nullable Object value) {
        return switch (type) {
            case "string" -> value instanceof String;
            case "bool" -> value instanceof Boolean;
            case "int" -> value instanceof Integer || value instanceof Long;
            case "float" -> value instanceof Number;
            case "scalar" -> value instanceof String || value instanceof Number;
            case "any" -> true;
            default -> false;
        };
    }
}

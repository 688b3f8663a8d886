package dev.clusterbox.release;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** YAML as strict as Kubernetes reads it. */
final class Yamls {

    private Yamls() {}

    static Map<?, ?> one(String text) {
        var all = all(text);
        if (all.size() != 1) {
            throw new IllegalArgumentException(all.size() + " documents (expected: 1)");
        }
        return all.getFirst();
    }

    static List<Map<?, ?>> all(String text) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        var documents = new ArrayList<Map<?, ?>>();
        for (var document : new Yaml(new SafeConstructor(options)).loadAll(text)) {
            if (!(document instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("%s (expected: a mapping)".formatted(document));
            }
            documents.add(map);
        }
        return documents;
    }
}

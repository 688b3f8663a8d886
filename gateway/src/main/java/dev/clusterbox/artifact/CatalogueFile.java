package dev.clusterbox.artifact;

import dev.clusterbox.artifact.Catalogue.Download;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads {@code artifacts.yaml}. What is not as it should be is a mistake in the file and refused. */
final class CatalogueFile {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]{0,62}");
    private static final Set<String> KEYS =
            Set.of("version", "url", "sha256", "unconfirmed", "artifacts", "members", "package", "optional");

    private final String architecture;

    private final Function<String, Catalogue> others;

    private CatalogueFile(String architecture, Function<String, Catalogue> others) {
        this.architecture = architecture;
        this.others = others;
    }

    /** @param others by which a release is found that this one is like: what it does not have is as there */
    static Catalogue parse(String text, String architecture, Function<String, Catalogue> others) {
        return new CatalogueFile(architecture, others)
                .catalogue(map("the file", new Yaml(new SafeConstructor(new LoaderOptions())).load(text)));
    }

    private Catalogue catalogue(Map<?, ?> file) {
        var like = Optional.ofNullable(file.get("like")).map(line -> others.apply(text(line)));
        var images = new TreeMap<String, String>();
        like.ifPresent(other -> images.putAll(other.images()));
        if (like.isEmpty() || file.containsKey("images")) {
            map("images", file.get("images")).forEach((name, reference) -> images.put(text(name), text(reference)));
        }
        var own = list("downloads", file.get("downloads")).stream()
                .map(entry -> download(map("downloads", entry)))
                .toList();
        var downloads = new ArrayList<>(own);
        like.ifPresent(other -> other.downloads().stream()
                .filter(download -> own.stream()
                        .noneMatch(mine -> !Collections.disjoint(
                                mine.contents().keySet(), download.contents().keySet())))
                .forEach(downloads::add));
        var catalogue = new Catalogue(text(file.get("kubernetes")), List.copyOf(downloads), Map.copyOf(images));
        var names = new TreeSet<String>();
        catalogue.artifacts().forEach(artifact -> {
            if (!names.add(artifact.name())) {
                throw new IllegalArgumentException(artifact.name() + " is there twice");
            }
        });
        return catalogue;
    }

    private Download download(Map<?, ?> entry) {
        var version = text(entry.get("version"));
        var url = url(entry.get("url"), version);
        entry.keySet().stream()
                .filter(key -> !KEYS.contains(text(key)))
                .findFirst()
                .ifPresent(key -> {
                    throw new IllegalArgumentException("%s: unknown key '%s'".formatted(url, key));
                });
        boolean confirmed = entry.containsKey("sha256");
        if (confirmed == entry.containsKey("unconfirmed")) {
            throw new IllegalArgumentException(url + ": expected either sha256 or unconfirmed");
        }
        return new Download(
                version,
                url,
                confirmed ? Optional.of(sum(url, map("sha256", entry.get("sha256")))) : Optional.empty(),
                confirmed ? Optional.empty() : Optional.of(url(entry.get("unconfirmed"), version)),
                contents(entry, version),
                Boolean.TRUE.equals(entry.get("package")),
                Boolean.TRUE.equals(entry.get("optional")));
    }

    private Map<String, Optional<String>> contents(Map<?, ?> entry, String version) {
        var contents = new TreeMap<String, Optional<String>>();
        if (entry.containsKey("artifacts")) {
            list("artifacts", entry.get("artifacts")).forEach(name -> contents.put(name(name), Optional.empty()));
        }
        if (entry.containsKey("members")) {
            map("members", entry.get("members"))
                    .forEach((name, member) ->
                            contents.put(name(name), Optional.of(substituted(text(member), version))));
        }
        if (contents.isEmpty()) {
            throw new IllegalArgumentException(entry.get("url") + ": names no artifact");
        }
        return contents;
    }

    private String sum(URI url, Map<?, ?> sums) {
        var sum = text(sums.get(architecture));
        if (!SHA256.matcher(sum).matches()) {
            throw new IllegalArgumentException("%s: sha256.%s: '%s'".formatted(url, architecture, sum));
        }
        return sum;
    }

    private URI url(@Nullable Object value, String version) {
        var url = URI.create(substituted(text(value), version));
        if (!"https".equals(url.getScheme()) || url.getHost() == null) {
            throw new IllegalArgumentException("'%s' (expected: an https URL)".formatted(url));
        }
        return url;
    }

    private String substituted(String text, String version) {
        return text.replace("{{version}}", version).replace("{{arch}}", architecture);
    }

    private static String name(@Nullable Object value) {
        var name = text(value);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'%s' is no name of an artifact".formatted(name));
        }
        return name;
    }

    private static String text(@Nullable Object value) {
        if (value instanceof String || value instanceof Number) {
            return value.toString();
        }
        throw new IllegalArgumentException("'%s' (expected: a text)".formatted(value));
    }

    private static Map<?, ?> map(String what, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException("%s: '%s' (expected: a mapping)".formatted(what, value));
    }

    private static List<?> list(String what, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("%s: '%s' (expected: a list)".formatted(what, value));
    }
}

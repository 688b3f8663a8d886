package dev.clusterbox.release;

import dev.clusterbox.cluster.Role;
import dev.clusterbox.release.Component.Binary;
import dev.clusterbox.release.Component.Certificate;
import dev.clusterbox.release.Component.CommandWait;
import dev.clusterbox.release.Component.Directory;
import dev.clusterbox.release.Component.File;
import dev.clusterbox.release.Component.PortWait;
import dev.clusterbox.release.Component.Wait;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code release.yaml}. A key that nobody reads is a mistake in the file and refused. */
final class ReleaseFile {

    /** One mapping of the file; remembers what was read. */
    private static final class Section {

        private final String where;
        private final Map<?, ?> values;
        private final Set<Object> read = new HashSet<>();

        Section(String where, @Nullable Object values) {
            if (!(values instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("%s: %s (expected: a mapping)".formatted(where, values));
            }
            this.where = where;
            this.values = map;
        }

        private @Nullable Object value(String key) {
            read.add(key);
            return values.get(key);
        }

        String text(String key) {
            return optional(key).orElseThrow(() -> new IllegalArgumentException("%s: no %s".formatted(where, key)));
        }

        Optional<String> optional(String key) {
            return Optional.ofNullable(value(key)).map(Object::toString);
        }

        boolean has(String key) {
            return values.containsKey(key);
        }

        boolean flag(String key) {
            return Boolean.TRUE.equals(value(key));
        }

        int mode(int usual) {
            return optional("mode").map(text -> Integer.parseInt(text, 8)).orElse(usual);
        }

        List<String> texts(String key) {
            return list(key).stream().map(String::valueOf).toList();
        }

        List<Section> sections(String key) {
            return list(key).stream()
                    .map(value -> new Section(where + "." + key, value))
                    .toList();
        }

        private List<?> list(String key) {
            return switch (value(key)) {
                case null -> List.of();
                case List<?> list -> list;
                default -> throw new IllegalArgumentException("%s.%s: expected a list".formatted(where, key));
            };
        }

        Map<String, String> map(String key) {
            var value = value(key);
            var map = new TreeMap<String, String>();
            if (value != null) {
                new Section(where + "." + key, value).values.forEach((k, v) -> map.put(k.toString(), v.toString()));
            }
            return map;
        }

        void complete() {
            values.keySet().forEach(key -> {
                if (!read.contains(key)) {
                    throw new IllegalArgumentException("%s: unknown key '%s'".formatted(where, key));
                }
            });
        }
    }

    private ReleaseFile() {}

    /** @param others by which a release is found that this one is like: what it does not state is as there */
    static Release parse(Object yaml, Templates templates, Function<String, Release> others) {
        var file = new Section("release", yaml);
        var like = file.optional("like").map(others);
        var release = new Release(
                file.text("kubernetes"),
                file.optional("unverified"),
                file.flag("renderOnly"),
                file.has("through") || like.isEmpty()
                        ? file.texts("through")
                        : like.get().through(),
                file.has("addons") || like.isEmpty()
                        ? file.texts("addons")
                        : like.get().addons(),
                file.has("components") || like.isEmpty()
                        ? file.sections("components").stream()
                                .map(ReleaseFile::component)
                                .toList()
                        : like.get().components(),
                like.map(other -> templates.like(other.templates())).orElse(templates));
        file.complete();
        return release;
    }

    private static Component component(Section section) {
        var component = new Component(
                section.text("name"),
                section.text("step"),
                section.texts("roles").stream().map(Role::of).toList(),
                section.texts("packages"),
                section.flag("swapOff"),
                section.map("sysctls"),
                section.sections("binaries").stream()
                        .map(binary -> read(binary, b -> new Binary(b.text("path"), b.text("artifact"))))
                        .toList(),
                section.sections("directories").stream()
                        .map(directory -> read(
                                directory,
                                d -> new Directory(
                                        d.text("path"),
                                        d.mode(0_755),
                                        d.optional("owner").orElse(""))))
                        .toList(),
                section.sections("certificates").stream()
                        .map(certificate -> read(certificate, ReleaseFile::certificate))
                        .toList(),
                section.sections("files").stream()
                        .map(file -> read(
                                file,
                                f -> new File(
                                        f.text("path"),
                                        f.text("template"),
                                        f.mode(0_644),
                                        f.optional("owner").orElse(""),
                                        f.flag("secret"),
                                        f.map("values"))))
                        .toList(),
                section.optional("unit"),
                section.flag("images"),
                section.sections("waits").stream()
                        .map(wait -> read(wait, ReleaseFile::waitFor))
                        .toList());
        section.complete();
        return component;
    }

    private static Certificate certificate(Section section) {
        return new Certificate(
                section.text("profile"),
                section.text("authority"),
                section.text("subject"),
                section.texts("names"),
                section.text("key"),
                section.text("certificate"),
                section.text("authorityFile"),
                section.optional("owner").orElse(""));
    }

    private static Wait waitFor(Section section) {
        var command = section.texts("command");
        return command.isEmpty()
                ? new PortWait(section.text("address"), Integer.parseInt(section.text("port")), section.text("what"))
                : new CommandWait(command, section.optional("contains").orElse(""), section.text("what"));
    }

    private static <T> T read(Section section, Function<Section, T> reader) {
        var result = reader.apply(section);
        section.complete();
        return result;
    }
}

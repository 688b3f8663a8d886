package dev.clusterbox.pki.profile;

import dev.clusterbox.pki.authority.AuthorityName.Kind;
import dev.clusterbox.pki.profile.Profile.Keys;
import dev.clusterbox.pki.request.KeyType;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The profiles, from a file that a person can read. A file with anything wrong in it ends the start. */
@Context
public final class Profiles {

    private static final Set<String> KEYS = Set.of(
            "authority",
            "common-name",
            "organizations",
            "dns",
            "ip",
            "usages",
            "validity",
            "keys",
            "rsa-bits",
            "roles");

    /** Who may ask where a profile does not say it. */
    private static final List<String> ROLES = List.of("admin");

    private static final Pattern VALIDITY = Pattern.compile("(?<count>[1-9][0-9]{0,4})(?<unit>[dh])");

    private final Map<String, Profile> profiles;

    /** @param file empty for the one that is in the program */
    @Inject
    public Profiles(@Value("${clusterbox.pki.profiles-file:}") String file) {
        this(read(file.isEmpty() ? resource() : contents(Path.of(file))));
    }

    private Profiles(Map<String, Profile> profiles) {
        profiles.values().forEach(ProfileAttacks::requireRefused);
        this.profiles = profiles;
    }

    static Profiles of(String yaml) {
        return new Profiles(read(yaml));
    }

    public Profile named(String name) {
        var profile = profiles.get(name);
        if (profile == null) {
            throw Problem.invalid(
                            "profile: %s (expected: one of %s)"
                                    .formatted(Rule.shown(name), String.join(", ", profiles.keySet())),
                            "")
                    .asException();
        }
        return profile;
    }

    Set<String> names() {
        return profiles.keySet();
    }

    Collection<Profile> all() {
        return profiles.values();
    }

    private static String contents(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the profiles file %s cannot be read".formatted(file), e);
        }
    }

    private static String resource() {
        try (InputStream in = Profiles.class.getResourceAsStream("/profiles.yaml")) {
            if (in == null) {
                throw new IllegalStateException("profiles.yaml is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Profile> read(String yaml) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Object document = new Yaml(new SafeConstructor(options)).load(yaml);
        var profiles = new TreeMap<String, Profile>();
        map("the document", document).forEach((name, value) -> {
            try {
                profiles.put(name, profile(name, map("profile", value)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("profile %s: %s".formatted(name, e.getMessage()), e);
            }
        });
        return profiles;
    }

    private static Profile profile(String name, Map<String, Object> fields) {
        for (var key : fields.keySet()) {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException("%s: not known (expected: one of %s)"
                        .formatted(key, KEYS.stream().sorted().toList()));
            }
        }
        return new Profile(
                name,
                oneOf("authority", text(fields, "authority"), Kind.values()),
                Pattern.compile(text(fields, "common-name")),
                texts(fields, "organizations"),
                Optional.ofNullable(fields.get("dns")).map(it -> Pattern.compile(text(fields, "dns"))),
                fields.get("ip") != null && bool(fields, "ip"),
                usages(texts(fields, "usages")),
                validity(text(fields, "validity")),
                keys(fields),
                Set.copyOf(fields.containsKey("roles") ? texts(fields, "roles") : ROLES));
    }

    private static Set<Usage> usages(List<String> texts) {
        return texts.stream().map(it -> oneOf("usages", it, Usage.values())).collect(Collectors.toSet());
    }

    private static Keys keys(Map<String, Object> fields) {
        var types = fields.containsKey("keys")
                ? texts(fields, "keys").stream()
                        .map(it -> oneOf("keys", it, KeyType.values()))
                        .collect(Collectors.toSet())
                : Keys.ALL.types();
        int rsaBits = switch (fields.get("rsa-bits")) {
            case null -> Keys.ALL.rsaBits();
            case Integer bits -> bits;
            case Object other ->
                throw new IllegalArgumentException("rsa-bits: %s (expected: a number)".formatted(other));
        };
        return new Keys(types, rsaBits);
    }

    private static Duration validity(String text) {
        var matcher = VALIDITY.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("validity: %s (expected: for example 90d or 8h)".formatted(text));
        }
        long count = Long.parseLong(matcher.group("count"));
        return matcher.group("unit").equals("d") ? Duration.ofDays(count) : Duration.ofHours(count);
    }

    private static <T> T oneOf(String field, String text, T[] values) {
        for (var value : values) {
            if (value.toString().equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException("%s: %s (expected: one of %s)".formatted(field, text, List.of(values)));
    }

    private static String text(Map<String, Object> fields, String field) {
        if (fields.get(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("%s: %s (expected: a text)".formatted(field, fields.get(field)));
    }

    private static boolean bool(Map<String, Object> fields, String field) {
        if (fields.get(field) instanceof Boolean value) {
            return value;
        }
        throw new IllegalArgumentException("%s: %s (expected: true or false)".formatted(field, fields.get(field)));
    }

    private static List<String> texts(Map<String, Object> fields, String field) {
        var value = fields.get(field);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("%s: %s (expected: a list of texts)".formatted(field, value));
    }

    private static Map<String, Object> map(String what, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("%s: %s (expected: a map)".formatted(what, value));
        }
        var result = new TreeMap<String, Object>();
        map.forEach((key, it) -> result.put(String.valueOf(key), it));
        return result;
    }
}

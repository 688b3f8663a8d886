package dev.clusterbox.access;

import dev.clusterbox.command.ClusterName;
import dev.clusterbox.command.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Who may do what: a list of {@link Rule}s in a YAML file. The highest role that any of them gives counts; whom none of them
 * names may do nothing.
 */
public final class Rules {

    private static final Set<String> KEYS = Set.of("role", "users", "groups", "channels", "clusters");
    private static final Pattern ID = Pattern.compile("[A-Z0-9]{2,32}");
    private static final Pattern CLUSTER = Pattern.compile("[a-z0-9*-]{1,63}");

    private final List<Rule> rules;

    private Rules(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Everybody may do everything. */
    public static Rules none() {
        return new Rules(List.of(new Rule(Role.ADMIN, Set.of(), Set.of(), Set.of(), List.of())));
    }

    /**
     * Reads a file.
     *
     * @throws IllegalStateException if it is not there, or anything in it is not understood: half of the rules would be
     *     others than those that somebody wrote
     */
    public static Rules read(Path file) {
        try {
            Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
            if (!(document instanceof Map<?, ?> top)
                    || !top.keySet().equals(Set.of("rules"))
                    || !(top.get("rules") instanceof List<?> list)
                    || list.isEmpty()) {
                throw new IllegalArgumentException("expected: 'rules:' and a list");
            }
            return new Rules(list.stream().map(Rules::rule).toList());
        } catch (IOException | YAMLException | IllegalArgumentException e) {
            throw new IllegalStateException("rules file %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** What somebody may do with a cluster; nothing for whom no rule names. */
    public Optional<Role> role(Asker asker, Optional<ClusterName> cluster) {
        return rules.stream()
                .filter(rule -> rule.gives(asker, cluster))
                .map(Rule::role)
                .max(Comparator.naturalOrder());
    }

    /** The user groups whose members must be known. */
    public Set<String> groups() {
        return rules.stream().flatMap(rule -> rule.groups().stream()).collect(Collectors.toSet());
    }

    private static Rule rule(@Nullable Object entry) {
        if (!(entry instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("'%s' (expected: role, users, groups, channels, clusters)".formatted(entry));
        }
        var unknown = new TreeSet<String>();
        map.keySet().forEach(key -> unknown.add(String.valueOf(key)));
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("%s (expected: role, users, groups, channels, clusters)".formatted(unknown));
        }
        return new Rule(
                role(map.get("role")),
                Set.copyOf(words(map, "users", ID)),
                Set.copyOf(words(map, "groups", ID)),
                Set.copyOf(words(map, "channels", ID)),
                words(map, "clusters", CLUSTER).stream()
                        .map(name -> Pattern.compile(name.replace("*", ".*")))
                        .toList());
    }

    private static Role role(@Nullable Object name) {
        return Arrays.stream(Role.values())
                .filter(role -> role.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "role: '%s' (expected: viewer, operator or admin)".formatted(name)));
    }

    /** A list that is there but empty would restrict nothing, which nobody means. */
    private static List<String> words(Map<?, ?> rule, String key, Pattern pattern) {
        if (!rule.containsKey(key)) {
            return List.of();
        }
        if (!(rule.get(key) instanceof List<?> list) || list.isEmpty()) {
            throw new IllegalArgumentException("%s: %s (expected: a list)".formatted(key, rule.get(key)));
        }
        return list.stream()
                .map(word -> {
                    if (!(word instanceof String text) || !pattern.matcher(text).matches()) {
                        throw new IllegalArgumentException("%s: '%s' (expected: %s)".formatted(key, word, pattern));
                    }
                    return text;
                })
                .toList();
    }
}

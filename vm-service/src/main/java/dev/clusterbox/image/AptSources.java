package dev.clusterbox.image;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where packages come from: where this host itself gets those of its distribution, be that a mirror or a cache. What else
 * the host's administrator has added is none of the machines' business.
 *
 * @param suite such as bookworm
 * @param text in the format of sources.list(5), "deb822-style"
 */
record AptSources(String suite, String text) {

    private static final Pattern ONE_LINE = Pattern.compile(
            "deb\\s+(\\[(?<options>[^]]*)]\\s+)?(?<uri>\\S+)\\s+(?<suite>\\S+)\\s+(?<components>[^#]+).*");

    private static final Set<String> COMPONENTS = Set.of("main", "universe");

    /** Of the options, those that say how to trust and what to fetch. */
    private static final List<String> KEPT = List.of("Types", "URIs", "Suites", "Components", "Signed-By", "Trusted");

    static AptSources ofThisHost() {
        return of(Path.of("/etc"));
    }

    static AptSources of(Path etc) {
        var release = release(etc.resolve("os-release"));
        var id = release.getOrDefault("ID", "unknown");
        var suite = release.getOrDefault("VERSION_CODENAME", "");
        if (!Set.of("debian", "ubuntu").contains(id) || suite.isEmpty()) {
            throw Problem.unavailable(
                            "the root file system is built from Debian's or Ubuntu's packages (this host is %s)"
                                    .formatted(release.getOrDefault("PRETTY_NAME", id)),
                            "use a host with Debian 12 or Ubuntu 24.04, or newer")
                    .asException();
        }
        var text = entries(etc.resolve("apt")).stream()
                .flatMap(entry -> ofDistribution(entry, suite).stream())
                .map(AptSources::render)
                .distinct()
                .collect(Collectors.joining("\n"));
        if (text.isEmpty()) {
            throw Problem.unavailable(
                            "%s/apt has no source of packages for %s".formatted(etc, suite),
                            "add the distribution's own entry to /etc/apt/sources.list")
                    .asException();
        }
        return new AptSources(suite, text);
    }

    private static Map<String, String> release(Path file) {
        return lines(file)
                .map(line -> line.split("=", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].replaceAll("^\"|\"$", ""), (a, _) -> a));
    }

    private static List<Map<String, String>> entries(Path apt) {
        var files = new ArrayList<>(List.of(apt.resolve("sources.list")));
        if (Files.isDirectory(apt.resolve("sources.list.d"))) {
            try (var more = Files.newDirectoryStream(apt.resolve("sources.list.d"), "*.{list,sources}")) {
                Stream.Builder<Path> found = Stream.builder();
                more.forEach(found);
                found.build().sorted().forEach(files::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        var entries = new ArrayList<Map<String, String>>();
        for (var file : files) {
            entries.addAll(file.toString().endsWith(".sources") ? paragraphs(file) : oneLine(file));
        }
        return entries;
    }

    private static List<Map<String, String>> oneLine(Path file) {
        var entries = new ArrayList<Map<String, String>>();
        lines(file)
                .map(String::strip)
                .map(ONE_LINE::matcher)
                .filter(line -> line.matches())
                .forEach(line -> {
                    var entry = entry();
                    entry.put("Types", "deb");
                    entry.put("URIs", line.group("uri"));
                    entry.put("Suites", line.group("suite"));
                    entry.put("Components", line.group("components").strip());
                    var options = line.group("options");
                    for (var option :
                            options == null ? new String[0] : options.strip().split("\\s+")) {
                        var pair = option.split("=", 2);
                        if (pair.length == 2) {
                            entry.put(pair[0], pair[1]);
                        }
                    }
                    entries.add(entry);
                });
        return entries;
    }

    private static List<Map<String, String>> paragraphs(Path file) {
        var entries = new ArrayList<Map<String, String>>();
        var entry = entry();
        var field = "";
        for (var line : lines(file).filter(line -> !line.startsWith("#")).toList()) {
            if (line.isBlank()) {
                entries.add(entry);
                entry = entry();
            } else if (Character.isWhitespace(line.charAt(0))) {
                entry.merge(field, line, (before, more) -> before + "\n" + more);
            } else {
                var pair = line.split(":", 2);
                field = pair[0].strip();
                entry.put(field, pair.length == 2 ? pair[1].strip() : "");
            }
        }
        entries.add(entry);
        return entries;
    }

    /** Names of fields are compared without regard to case. */
    private static Map<String, String> entry() {
        return new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    }

    /**
     * The part of an entry that is the distribution's: its suite, its security and its updates, signed with its keyring.
     * Others may call their suites the same, but they do not have that key.
     */
    private static List<Map<String, String>> ofDistribution(Map<String, String> entry, String suite) {
        var ours = Set.of(suite, suite + "-updates", suite + "-security");
        var suites = words(entry, "Suites").filter(ours::contains).toList();
        var components = words(entry, "Components").filter(COMPONENTS::contains).toList();
        var key = entry.getOrDefault("Signed-By", "");
        boolean trusted =
                key.isBlank() || key.matches("/[^\\s]*/(debian|ubuntu)-archive-[a-z-]*keyring\\.(gpg|asc|pgp)");
        boolean enabled = !entry.getOrDefault("Enabled", "yes").equalsIgnoreCase("no");
        if (suites.isEmpty()
                || components.isEmpty()
                || !trusted
                || !enabled
                || words(entry, "Types").noneMatch("deb"::equals)) {
            return List.of();
        }
        var part = new LinkedHashMap<>(entry);
        part.put("Types", "deb");
        part.put("Suites", String.join(" ", suites));
        part.put("Components", String.join(" ", components));
        return List.of(part);
    }

    private static Stream<String> words(Map<String, String> entry, String field) {
        return Stream.of(entry.getOrDefault(field, "").strip().split("\\s+"));
    }

    private static String render(Map<String, String> entry) {
        var fields = entry();
        fields.putAll(entry);
        return KEPT.stream()
                .filter(fields::containsKey)
                .map(field -> field + ": " + fields.get(field) + "\n")
                .collect(Collectors.joining());
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).stream() : Stream.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

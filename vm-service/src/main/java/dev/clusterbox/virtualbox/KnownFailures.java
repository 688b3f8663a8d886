package dev.clusterbox.virtualbox;

import dev.clusterbox.host.CommandResult;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What is known to go wrong with VirtualBox: {@code virtualbox/known-failures.yaml} has the list. */
final class KnownFailures {

    private static final String LIST = "/virtualbox/known-failures.yaml";

    /** What VBoxManage says it was, without its name before each line. */
    private static final Pattern ERROR = Pattern.compile("(?m)^VBoxManage(?:\\.exe)?: error: (?<text>.*)$");

    /** Where in VirtualBox's source it happened: nothing for people. */
    private static final String CONTEXT = "Context: ";

    private KnownFailures() {}

    /** Read when something fails for the first time. */
    private static final class Read {
        private static final List<KnownFailure> ALL = read();
    }

    static List<KnownFailure> all() {
        return Read.ALL;
    }

    static KnownFailure named(String id) {
        return all().stream()
                .filter(failure -> failure.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(id));
    }

    /** What this is, if it is known: the first entry that fits. Line ends may be those of Windows. */
    static Optional<KnownFailure> find(String printed) {
        var text = printed.replace("\r", "");
        return all().stream().filter(failure -> failure.matches(text)).findFirst();
    }

    /** What it is by VBoxManage's error, or where that says little, by what it has printed before. */
    static Optional<KnownFailure> find(CommandResult result) {
        var error = find(result.stderr());
        return error.filter(failure -> !failure.vague())
                .or(() -> find(result.stdout()))
                .or(() -> error);
    }

    /** @return the problem in words for people, with what to do about it wherever VirtualBox runs */
    static Problem explain(CommandResult result) {
        return explain(result, Optional.empty());
    }

    /**
     * The problem in words for people. VBoxManage's own words stand behind the sentence.
     *
     * @param platform what the computer with VirtualBox runs, if that is known
     */
    static Problem explain(CommandResult result, Optional<Platform> platform) {
        var printed = printed(result);
        var happened = "'%s' failed (exit code %d): %s".formatted(result.command(), result.exitCode(), said(printed));
        return find(result)
                .map(failure -> failure.problem(printed, platform, happened))
                .orElseGet(() -> new Problem(
                        printed.contains("VBOX_E_OBJECT_NOT_FOUND") ? Code.NOT_FOUND : Code.FAILED,
                        happened,
                        "run the same command on the VirtualBox host"));
    }

    /** Debian's VBoxManage warns on its standard output. */
    private static String printed(CommandResult result) {
        return (result.stderr() + "\n" + result.stdout()).replace("\r", "");
    }

    private static String said(String printed) {
        var errors = ERROR.matcher(printed)
                .results()
                .map(line -> line.group("text").strip())
                .filter(line -> !line.startsWith(CONTEXT))
                .collect(Collectors.joining("; "));
        return errors.isEmpty() ? printed.strip().replaceAll("\\s+", " ") : errors;
    }

    private static List<KnownFailure> read() {
        try (var in = Objects.requireNonNull(KnownFailures.class.getResourceAsStream(LIST), LIST)) {
            List<?> entries = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return entries.stream().map(entry -> failure((Map<?, ?>) entry)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KnownFailure failure(Map<?, ?> entry) {
        var advice = new EnumMap<Platform, String>(Platform.class);
        for (var platform : Platform.values()) {
            var here = entry.get(platform.name().toLowerCase(Locale.ROOT));
            Optional.ofNullable(here == null ? entry.get("do") : here)
                    .ifPresent(text -> advice.put(platform, text.toString()));
        }
        return new KnownFailure(
                text(entry, "id"),
                Pattern.compile(text(entry, "text")),
                Code.valueOf(text(entry, "code")),
                text(entry, "says"),
                advice,
                Boolean.TRUE.equals(entry.get("vague")),
                entry.containsKey("remedy") ? Remedy.valueOf(text(entry, "remedy")) : Remedy.NONE,
                text(entry, "source"));
    }

    private static String text(Map<?, ?> entry, String field) {
        var value = entry.get(field);
        if (value == null) {
            throw new IllegalArgumentException("%s: %s is missing".formatted(entry.get("id"), field));
        }
        return value.toString();
    }
}

package dev.clusterbox.release;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The flags that a program says it has, from {@code src/test/resources/help}. */
record Help(String title, Map<String, Flag> flags) {

    /** @param value what kind of value it takes; empty for a switch */
    record Flag(String value, boolean deprecated) {}

    private static final Path FOLDER = Path.of("src/test/resources/help");
    private static final Pattern LINE = Pattern.compile("(--[A-Za-z0-9_-]+)(?: (\\w+))?(?:  (deprecated))?");

    /** More than one where the program may be the release's own or the distribution's. */
    static List<Help> of(String line, String program) throws IOException {
        try (var files = Files.list(folder(line))) {
            return files.filter(
                            file -> file.getFileName().toString().matches(Pattern.quote(program) + "(-[0-9.]+)?\\.txt"))
                    .sorted()
                    .map(Help::read)
                    .toList();
        }
    }

    /** That of 1.36 for a release whose programs were not asked; what that rests on stands in its {@code release.yaml}. */
    static Path folder(String line) {
        var own = FOLDER.resolve("v" + line);
        return new Releases().get(line).unverified().isPresent() ? FOLDER.resolve("v1.36") : own;
    }

    private static Help read(Path file) {
        try {
            var lines = Files.readAllLines(file);
            var flags = new LinkedHashMap<String, Flag>();
            lines.stream().skip(1).map(LINE::matcher).filter(Matcher::matches).forEach(flag -> {
                var value = flag.group(2);
                flags.put(flag.group(1), new Flag(value == null ? "" : value, flag.group(3) != null));
            });
            if (flags.size() != lines.size() - 1) {
                throw new IllegalArgumentException("not every line is a flag: " + file);
            }
            return new Help(lines.getFirst(), flags);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the program would not like in its command line, or will not for long. */
    List<String> problems(List<String> command) {
        var problems = new ArrayList<String>();
        var words = command.subList(1, command.size());
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i).split("=", 2);
            var flag = flags.get(word[0]);
            if (!word[0].startsWith("--")) {
                problems.add(word[0] + " is no flag");
            } else if (flag == null) {
                problems.add(word[0] + " is unknown");
            } else {
                if (flag.deprecated) {
                    problems.add(word[0] + " is deprecated");
                }
                if (words.stream()
                                .filter(other -> other.split("=", 2)[0].equals(word[0]))
                                .count()
                        > 1) {
                    problems.add(word[0] + " is there twice");
                }
                if (word.length == 1 && !flag.value.isEmpty()) {
                    i++;
                    if (i == words.size() || words.get(i).startsWith("--")) {
                        problems.add(word[0] + " has no value");
                    }
                }
            }
        }
        return problems;
    }
}

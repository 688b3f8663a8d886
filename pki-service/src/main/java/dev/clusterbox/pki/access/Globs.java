package dev.clusterbox.pki.access;

import dev.clusterbox.problem.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts in which {@code *} stands for any characters. None at all stands for everything. */
public record Globs(List<String> texts) {

    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9*][A-Za-z0-9*:.@_-]{0,252}");
    private static final int MOST = 100;

    public Globs {
        texts = List.copyOf(texts);
    }

    public static Globs parse(String field, List<String> texts) {
        if (texts.size() > MOST) {
            throw Problem.invalid("%s: %d (expected: at most %d)".formatted(field, texts.size(), MOST), "")
                    .asException();
        }
        for (var text : texts) {
            if (!TEXT.matcher(text).matches()) {
                throw Problem.invalid(
                                "%s: not a pattern (expected: letters, digits, : . @ _ - and * for any characters)"
                                        .formatted(field),
                                "")
                        .asException();
            }
        }
        return new Globs(texts);
    }

    boolean match(String value) {
        return texts.isEmpty() || texts.stream().anyMatch(glob -> matches(glob, value));
    }

    private static boolean matches(String glob, String value) {
        var pattern = Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(pattern, Pattern.DOTALL).matcher(value).matches();
    }

    @Override
    public String toString() {
        return texts.isEmpty() ? "any" : String.join(", ", texts);
    }
}

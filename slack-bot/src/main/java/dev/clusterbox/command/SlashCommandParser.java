package dev.clusterbox.command;

import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads what stands behind {@code /cluster}. Forgiving in form, strict in content; a refusal says what was expected. */
public final class SlashCommandParser {

    /** A certificate request with a large key, and more than anything else can need. */
    private static final int LONGEST = 4_000;

    private SlashCommandParser() {}

    public static SlashCommand parse(String text) {
        if (text.length() > LONGEST) {
            throw Problem.invalid(
                            "the command has %d characters (expected: at most %d)".formatted(text.length(), LONGEST),
                            "'help' shows what can be typed")
                    .asException();
        }
        var words = Words.of(text);
        if (words.isEmpty()) {
            return new SlashCommand.Help(Optional.empty());
        }
        var first = words.getFirst();
        var verb = first.equalsIgnoreCase("--help") ? Verb.HELP : verb(first);
        var rest = words.subList(1, words.size());
        if (rest.stream().anyMatch("--help"::equalsIgnoreCase)) {
            return new SlashCommand.Help(Optional.of(verb));
        }
        return verb.command(Arguments.of(verb, rest));
    }

    static Verb verb(String typed) {
        var word = typed.toLowerCase(Locale.ROOT);
        return Verb.of(word)
                .orElseThrow(() -> Problem.invalid(
                                "there is no command '%s'".formatted(Words.shown(typed)),
                                suggestion(word)
                                        .map(verb -> "did you mean '%s'?".formatted(verb.word()))
                                        .orElse("'help' shows all commands"))
                        .asException());
    }

    private static Optional<Verb> suggestion(String word) {
        List<String> known = new ArrayList<>();
        for (var verb : Verb.values()) {
            if (verb.synonyms().contains(word)) {
                return Optional.of(verb);
            }
            known.add(verb.word());
        }
        return DidYouMean.closest(word, known)
                .flatMap(closest -> Arrays.stream(Verb.values())
                        .filter(verb -> verb.word().equals(closest))
                        .findFirst());
    }
}

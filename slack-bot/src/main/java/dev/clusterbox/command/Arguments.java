package dev.clusterbox.command;

import dev.clusterbox.command.Option.Kind;
import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What stands behind a verb: words, and options wherever they stand. */
record Arguments(List<String> words, Map<Option, Object> options) {

    private static final Pattern COUNT = Pattern.compile("[0-9]{1,3}");

    Arguments {
        words = List.copyOf(words);
    }

    boolean has(Option option) {
        return options.containsKey(option);
    }

    Optional<Integer> number(Option option) {
        return options.get(option) instanceof Integer value ? Optional.of(value) : Optional.empty();
    }

    Optional<String> first() {
        return words.stream().findFirst();
    }

    /** For what must not happen to a cluster that nobody has named. */
    ClusterName nameNeeded() {
        return first().map(ClusterName::typed)
                .orElseThrow(() -> Problem.invalid("which cluster?", "say its name; 'list' shows them all")
                        .asException());
    }

    ClusterName nameOrDefault() {
        return first().map(ClusterName::typed).orElse(ClusterName.DEFAULT);
    }

    /** The name in front of a number, which may be left out. */
    ClusterName nameBeforeCount() {
        return words.size() > 1 ? nameNeeded() : ClusterName.DEFAULT;
    }

    /** The last word as a number. */
    int count(String name) {
        var typed = words.isEmpty() ? "" : words.getLast();
        if (!COUNT.matcher(typed).matches()) {
            throw Problem.invalid(
                            "%s: '%s' (expected: a number)".formatted(name, Words.shown(typed)),
                            "for example 'scale demo 5'")
                    .asException();
        }
        return Integer.parseInt(typed);
    }

    /** All words but the first, as a sentence. */
    String rest() {
        return String.join(" ", words.subList(Math.min(1, words.size()), words.size()));
    }

    static Arguments of(Verb verb, List<String> words) {
        var arguments = new ArrayList<String>();
        var options = new EnumMap<Option, Object>(Option.class);
        var rest = words.iterator();
        while (rest.hasNext()) {
            var word = rest.next();
            var equals = word.indexOf('=');
            var head = (equals < 0 ? word : word.substring(0, equals)).toLowerCase(Locale.ROOT);
            if (!isOption(head) && (equals < 0 || verb.mostWords() == Integer.MAX_VALUE)) {
                if (arguments.size() >= verb.mostWords()) {
                    throw tooMany(verb, word);
                }
                arguments.add(word);
                continue;
            }
            var option = option(verb, isOption(head) ? head.substring(2) : head);
            if (options.containsKey(option)) {
                throw Problem.invalid("--%s stands there twice".formatted(option.word()), "say it once")
                        .asException();
            }
            if (equals >= 0) {
                options.put(option, option.value(word.substring(equals + 1)));
            } else if (option.kind() == Kind.FLAG) {
                options.put(option, true);
            } else if (rest.hasNext()) {
                options.put(option, option.value(rest.next()));
            } else {
                throw Problem.invalid(
                                "--%s has no value".formatted(option.word()),
                                "type '%s': %s".formatted(option.usage(), option.meaning()))
                        .asException();
            }
        }
        return new Arguments(arguments, options);
    }

    /** The first line of a PEM document begins with dashes, too. */
    private static boolean isOption(String word) {
        return word.startsWith("--") && !word.startsWith("---");
    }

    private static Option option(Verb verb, String typed) {
        return verb.option(typed)
                .orElseThrow(() -> Problem.invalid(
                                "%s: no option '--%s'".formatted(verb.word(), Words.shown(typed)),
                                DidYouMean.closest(
                                                typed,
                                                verb.options().stream()
                                                        .map(Option::word)
                                                        .toList())
                                        .map(word -> "did you mean '--%s'?".formatted(word))
                                        .orElse("'help %s' shows its options".formatted(verb.word())))
                        .asException());
    }

    private static RuntimeException tooMany(Verb verb, String word) {
        var options = verb.options().stream().map(Option::word).toList();
        return Problem.invalid(
                        "%s: '%s' is one word too many".formatted(verb.word(), Words.shown(word)),
                        DidYouMean.closest(word.toLowerCase(Locale.ROOT), options)
                                .map(option -> "did you mean '--%s'?".formatted(option))
                                .orElse("it is '%s'".formatted(verb.usage())))
                .asException();
    }
}

package dev.clusterbox.command;

import dev.clusterbox.command.Option.Kind;
import dev.clusterbox.problem.Problem;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What stands behind a verb.
 *
 * @param word the one word that is no option
 */
record Arguments(Optional<String> word, Map<Option, Object> options) {

    boolean has(Option option) {
        return options.containsKey(option);
    }

    Optional<ClusterName> name() {
        return word.map(ClusterName::typed);
    }

    ClusterName nameOrDefault() {
        return name().orElse(ClusterName.DEFAULT);
    }

    static Arguments of(Verb verb, List<String> words) {
        Optional<String> argument = Optional.empty();
        var options = new EnumMap<Option, Object>(Option.class);
        var rest = words.iterator();
        while (rest.hasNext()) {
            var word = rest.next();
            var equals = word.indexOf('=');
            var head = (equals < 0 ? word : word.substring(0, equals)).toLowerCase(Locale.ROOT);
            if (!head.startsWith("--") && equals < 0) {
                if (argument.isPresent() || !verb.takesArgument()) {
                    throw tooMany(verb, word);
                }
                argument = Optional.of(word);
                continue;
            }
            var option = option(verb, head.startsWith("--") ? head.substring(2) : head);
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
        return new Arguments(argument, options);
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

package dev.clusterbox.message;

import dev.clusterbox.command.Option;
import dev.clusterbox.command.Verb;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Help, made of the same {@link Verb}s and {@link Option}s that the parser reads. */
public final class HelpText {

    private HelpText() {}

    /** Explains one verb, or all; {@code slash} is how the bot is called in this workspace. */
    public static String of(Optional<Verb> about, String slash) {
        return about.map(verb -> one(verb, slash)).orElseGet(() -> all(slash));
    }

    private static String all(String slash) {
        var verbs = Arrays.stream(Verb.values())
                .map(verb -> "`%s %s` — %s".formatted(slash, verb.word(), verb.purpose()))
                .collect(Collectors.joining("\n"));
        return "*Clusters by one sentence*\n%s\nFor example `%s %s`. `%s help up` shows the options of `up`; a cluster without a name is `demo`."
                .formatted(verbs, slash, Verb.UP.examples().getLast(), slash);
    }

    private static String one(Verb verb, String slash) {
        var options = verb.options().stream()
                .map(option -> "`%s` — %s\n".formatted(option.usage(), option.meaning()))
                .collect(Collectors.joining());
        var examples = verb.examples().stream()
                .map(example -> "`%s %s`".formatted(slash, example))
                .collect(Collectors.joining(", "));
        return "`%s %s` — %s\n%sFor example %s".formatted(slash, verb.usage(), verb.purpose(), options, examples);
    }
}

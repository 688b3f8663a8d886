package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.Finding;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A failure of VirtualBox that is known.
 *
 * @param text what VBoxManage prints of it
 * @param says one sentence for the person; {@code {1}} is what the text's groups have found
 * @param advice what to do, where it differs
 * @param vague whether a warning that was printed before says more
 * @param remedy what Clusterbox can do by itself
 * @param source where it is written
 */
record KnownFailure(
        String id,
        Pattern text,
        Code code,
        String says,
        Map<Platform, String> advice,
        boolean vague,
        Remedy remedy,
        String source) {

    KnownFailure {
        if (advice.isEmpty() || source.isBlank() || !says.endsWith(".")) {
            throw new IllegalArgumentException("%s: (expected: a sentence, advice and a source)".formatted(id));
        }
        advice = Map.copyOf(advice);
    }

    boolean matches(String printed) {
        return text.matcher(printed).find();
    }

    /** The first thing that the text's groups have found: mostly the path of what is meant. */
    Optional<String> subject(String printed) {
        var found = text.matcher(printed);
        return found.find()
                ? IntStream.rangeClosed(1, found.groupCount())
                        .mapToObj(group -> Optional.ofNullable(found.group(group)))
                        .flatMap(Optional::stream)
                        .findFirst()
                : Optional.empty();
    }

    /** The sentence, without the full stop that a message does not have. */
    String sentence(String printed) {
        var sentence = subject(printed)
                .map(subject -> says.replace("{1}", subject))
                .orElseGet(() -> says.replace(" ({1})", "").replace(" {1}", ""));
        return sentence.substring(0, sentence.length() - 1);
    }

    /** What to do on such a computer; what there is, each with its name, where that is not known or nothing is said of it. */
    String advice(Optional<Platform> platform) {
        return platform.map(advice::get).orElseGet(this::adviceForAll);
    }

    private String adviceForAll() {
        if (advice.values().stream().distinct().count() == 1) {
            return advice.values().iterator().next();
        }
        return Arrays.stream(Platform.values())
                .filter(advice::containsKey)
                .map(platform -> platform.title() + ": " + advice.get(platform))
                .collect(Collectors.joining("; "));
    }

    /** As what a look at the computer has found, before it has failed. */
    Finding finding(String about, Optional<Platform> platform) {
        return Finding.problem(about, sentence(""), advice(platform));
    }

    /** @param happened what was run, and what came of it; empty where the sentence says it all */
    Problem problem(String printed, Optional<Platform> platform, String happened) {
        return new Problem(
                code, happened.isEmpty() ? sentence(printed) : sentence(printed) + ": " + happened, advice(platform));
    }
}

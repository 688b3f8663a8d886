package dev.clusterbox.pki.rule;

import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import org.jspecify.annotations.Nullable;

/**
 * What became of one rule.
 *
 * @param verdict {@code passed}, {@code refused}, or {@code notReached}: another refusal kept it from being looked at
 * @param source where the rule comes from
 */
@Serdeable
public record Verdict(
        String rule,
        String verdict,
        String source,
        @Nullable String found,
        @Nullable String expected) {

    private static final String EXPECTED = " (expected: ";

    static Verdict passed(Rule rule) {
        return new Verdict(rule.text(), "passed", rule.source(), null, null);
    }

    static Verdict notReached(Rule rule) {
        return new Verdict(rule.text(), "notReached", rule.source(), null, null);
    }

    /** @param problem as {@link Rule#refuses} makes it */
    static Verdict refused(Rule rule, Problem problem) {
        var message = problem.message();
        int expected = message.lastIndexOf(EXPECTED);
        return new Verdict(
                rule.text(),
                "refused",
                rule.source(),
                message.substring(rule.text().length() + 2, expected),
                message.substring(expected + EXPECTED.length(), message.length() - 1));
    }
}

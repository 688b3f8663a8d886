package dev.clusterbox.pki.rule;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Goes on after a refusal and remembers what became of each rule. */
public final class RecordedChecks implements Checks {

    private final Set<Rule> passed = EnumSet.noneOf(Rule.class);
    private final Map<Rule, Problem> refused = new EnumMap<>(Rule.class);

    @Override
    public <T> Optional<T> of(Check<T> check, Rule... rules) {
        var order = List.of(rules);
        try {
            var result = check.result();
            passed.addAll(order);
            return Optional.of(result);
        } catch (ProblemException e) {
            var by = Rule.of(e.problem()).orElseThrow(() -> e);
            // A rule from outside of these says nothing about them.
            passed.addAll(order.subList(0, Math.max(0, order.indexOf(by))));
            refused.putIfAbsent(by, e.problem());
            return Optional.empty();
        }
    }

    public boolean acceptable() {
        return refused.isEmpty();
    }

    /** One for each rule. */
    public List<Verdict> verdicts() {
        return Rule.OF_REQUESTS.stream()
                .map(rule -> {
                    var problem = refused.get(rule);
                    if (problem != null) {
                        return Verdict.refused(rule, problem);
                    }
                    return passed.contains(rule) ? Verdict.passed(rule) : Verdict.notReached(rule);
                })
                .toList();
    }
}

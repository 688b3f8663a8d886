package dev.clusterbox.e2e;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips a class where Kubernetes' programs are missing, and says so: in the output, and in the summary as skipped. */
final class NeedsArtifacts implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Artifacts.named()) {
            return ConditionEvaluationResult.enabled(Artifacts.VARIABLE + " is set");
        }
        var reason = "whole cluster: NOT TESTED, " + Artifacts.VARIABLE + " is not set";
        System.out.println(reason);
        return ConditionEvaluationResult.disabled(reason);
    }
}

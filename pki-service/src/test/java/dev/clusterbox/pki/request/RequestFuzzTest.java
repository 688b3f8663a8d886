package dev.clusterbox.pki.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clusterbox.pki.rule.RecordedChecks;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;

/**
 * Whatever bytes come: a request, or a problem of whoever sent them. In the suite this runs once over the seeds and over what
 * was found before, which lie in a folder with the name of this class; with {@code JAZZER_FUZZ=1} it looks for more.
 */
final class RequestFuzzTest {

    @FuzzTest(maxDuration = "15m")
    void any_bytes_are_a_request_or_a_problem_of_the_caller(byte[] bytes) {
        try {
            SigningRequest.parse(bytes);
        } catch (ProblemException e) {
            assertEquals(Code.INVALID, e.problem().code(), e::toString);
        }
        // Once more without stopping at the signature, which no fuzzer gets right: so that the parts behind it are
        // reached.
        var checks = new RecordedChecks();
        SigningRequest.parts(bytes, checks);
        assertEquals(Rule.OF_REQUESTS.size(), checks.verdicts().size());
        assertTrue(
                checks.verdicts().stream().noneMatch(verdict -> verdict.rule().isEmpty()));
    }
}

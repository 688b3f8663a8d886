package dev.clusterbox.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.clusterbox.problem.Problem.Code;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProblemsTest {

    @ParameterizedTest
    @EnumSource
    void a_problem_comes_back_as_it_was_sent(Code code) {
        var problem = new Problem(code, "waited 180 s for the agent on demo-node-1", "look into its journal");

        assertEquals(problem, Problems.fromStatus(Problems.toStatus(problem)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Größe: 3 €", "two\nlines", "100 % \"sure\"", "🙂"})
    void texts_come_back_as_they_were(String text) {
        var problem = new Problem(Code.CONFLICT, text, text);

        assertEquals(problem, Problems.fromStatus(Problems.toStatus(problem)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TOO_LARGE")
    void the_status_alone_says_the_code_to_who_does_not_know_ours(Code code) {
        var status = Problems.toStatus(new Problem(code, "message", "hint")).getStatus();

        assertEquals(new Problem(code, "message", ""), Problems.fromStatus(status.asRuntimeException()));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void any_status_is_some_problem(Status.Code code) {
        var problem = Problems.fromStatus(code.toStatus().asRuntimeException());

        assertEquals(code.name(), problem.message(), "there is nothing else to say");
        assertEquals("", problem.hint());
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, UNAVAILABLE",
        "RESOURCE_EXHAUSTED, TOO_MANY",
        "CANCELLED, UNAVAILABLE",
        "DEADLINE_EXCEEDED, TIMED_OUT",
        "ALREADY_EXISTS, CONFLICT",
        "OUT_OF_RANGE, INVALID",
        "UNIMPLEMENTED, FAILED",
        "UNKNOWN, FAILED"
    })
    void a_foreign_status_is_translated_as_well_as_it_goes(Status.Code foreign, Code expected) {
        assertEquals(
                new Problem(expected, "its words", ""),
                Problems.fromStatus(
                        foreign.toStatus().withDescription("its words").asRuntimeException()));
    }

    @Test
    void a_code_of_a_later_version_falls_back_to_the_status() {
        var trailers = new Metadata();
        trailers.put(
                Metadata.Key.of("clusterbox-problem-bin", Metadata.BINARY_BYTE_MARSHALLER),
                "RATE_LIMITED".getBytes(StandardCharsets.UTF_8));

        assertEquals(
                new Problem(Code.UNAVAILABLE, "later", ""),
                Problems.fromStatus(Status.UNAVAILABLE.withDescription("later").asRuntimeException(trailers)));
    }

    @Test
    void types_and_statuses_are_what_programs_decide_by_and_do_not_change() {
        assertEquals(
                "urn:clusterbox:problem:invalid 400, urn:clusterbox:problem:unauthenticated 401,"
                        + " urn:clusterbox:problem:forbidden 403, urn:clusterbox:problem:not-found 404,"
                        + " urn:clusterbox:problem:conflict 409, urn:clusterbox:problem:too-large 413,"
                        + " urn:clusterbox:problem:too-many 429, urn:clusterbox:problem:unavailable 503, urn:clusterbox:problem:timed-out 504,"
                        + " urn:clusterbox:problem:failed 500",
                String.join(
                        ", ",
                        Arrays.stream(Code.values())
                                .map(code -> code.type() + " " + code.status())
                                .toList()));
    }

    @Test
    void an_exception_has_the_problem_and_one_line_for_logs() {
        var problem = Problem.conflict("it is there", "take it down first");
        var cause = new IllegalStateException("deep");
        var exception = new ProblemException(problem, cause);

        assertEquals("it is there (take it down first)", exception.getMessage());
        assertSame(problem, exception.problem());
        assertSame(cause, exception.getCause());
        assertEquals("just this", Problem.notFound("just this").toString());
    }
}

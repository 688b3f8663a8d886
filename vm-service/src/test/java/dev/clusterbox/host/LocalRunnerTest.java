package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LocalRunnerTest {

    private final LocalRunner runner = new LocalRunner();

    @Test
    void arguments_are_never_a_shells() throws Exception {
        var result = runner.run(Command.of("echo", "$HOME; `id` 'x'"));

        assertEquals("$HOME; `id` 'x'\n", result.orFail());
    }

    @Test
    void input_goes_in_and_lines_of_the_standard_error_are_seen_as_they_come() throws Exception {
        var seen = new ArrayList<String>();

        var result = runner.run(
                Command.of("sh", "-c", "cat; echo one >&2; echo two >&2; exit 3")
                        .withInput("text"),
                seen::add);

        assertEquals(3, result.exitCode());
        assertEquals("text\n", result.stdout());
        assertEquals(List.of("one", "two"), seen);
        assertThrows(ProblemException.class, result::orFail);
    }

    @Test
    void what_takes_too_long_is_ended_with_its_children() {
        var command = Command.of("sh", "-c", "sleep 4242 & wait").within(Duration.ofMillis(300));

        var e = assertThrows(ProblemException.class, () -> runner.run(command));

        assertEquals(Code.TIMED_OUT, e.problem().code());
        assertTrue(ProcessHandle.current()
                .descendants()
                .noneMatch(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("sleep 4242"))
                        .isPresent()));
    }

    @Test
    void a_program_that_is_not_installed_is_named() {
        var e = assertThrows(ProblemException.class, () -> runner.run(Command.of("no-such-program")));

        assertEquals(Code.UNAVAILABLE, e.problem().code());
        assertTrue(e.problem().message().contains("no-such-program"));
    }

    @Test
    void the_environment_is_not_the_callers() throws Exception {
        var names = runner.run(Command.of("env")).orFail();

        assertTrue(names.contains("LC_ALL=C.UTF-8"), names);
        assertTrue(!names.contains("TEST_JAVA") && !names.contains("JAVA_HOME"), names);
    }
}

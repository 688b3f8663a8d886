package dev.clusterbox.agent.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalProcessesTest {

    private final LocalProcesses processes = new LocalProcesses();

    @Test
    void a_non_zero_exit_code_is_a_result() throws Exception {
        var result = processes.run(Command.of("sh", "-c", "echo out; echo first >&2; echo why >&2; exit 3"));
        assertEquals(new CommandResult(3, "out\n", "first\nwhy\n"), result);
        assertEquals("why", result.lastWords());
    }

    @Test
    void a_program_that_is_not_there_is_a_problem() {
        assertThrows(ProblemException.class, () -> processes.run(Command.of("no-such-program-anywhere")));
    }

    @Test
    void more_output_than_anybody_reads_does_not_stop_the_program() throws Exception {
        var result = processes.run(Command.of("sh", "-c", "head -c 3000000 /dev/zero; echo done >&2"));
        assertTrue(result.succeeded());
        assertEquals(256 * 1024, result.stdout().length());
    }

    @Test
    void text_among_bytes_is_still_found() throws Exception {
        var stdout = processes
                .run(Command.of("printf", "/registry\\n\\377\\360k8s:enc:aescbc:v1:\\303\\303\\251\\000\\342x"))
                .stdout();
        assertTrue(stdout.contains("k8s:enc:aescbc:v1:"), stdout);
        assertTrue(stdout.contains("\u00e9\0"), stdout);
    }

    @Test
    void nothing_is_read_from_the_agents_own_input() throws Exception {
        assertEquals("", processes.run(Command.of("cat")).stdout());
    }

    @Test
    void an_argument_is_never_a_shell_line() throws Exception {
        assertEquals("$(id); x\n", processes.run(Command.of("echo", "$(id); x")).stdout());
    }

    @Test
    void a_command_that_takes_too_long_is_ended() throws Exception {
        var result = processes.run(new Command(List.of("sleep", "60"), false, Duration.ofMillis(200)));
        assertEquals(124, result.exitCode());
    }

    @Test
    void an_interrupt_ends_a_command_but_not_one_that_must_reach_its_end(@TempDir Path folder) throws Exception {
        var done = folder.resolve("done");
        var argv = List.of("sh", "-c", "sleep 1; touch " + done);
        var interruptible = Thread.ofPlatform()
                .start(() -> assertThrows(
                        InterruptedException.class,
                        () -> processes.run(new Command(argv, false, Duration.ofMinutes(1)))));
        Thread.sleep(200);
        interruptible.interrupt();
        interruptible.join();
        Thread.sleep(1200);
        assertFalse(Files.exists(done));

        var whole = Thread.ofPlatform().start(() -> {
            try {
                processes.run(new Command(argv, true, Duration.ofMinutes(1)));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        Thread.sleep(200);
        whole.interrupt();
        whole.join();
        assertTrue(Files.exists(done));
    }

    @Test
    void what_a_person_would_type_is_quoted() {
        assertEquals("echo 'a b' 'it'\\''s' ''", Shell.line(List.of("echo", "a b", "it's", "")));
    }
}

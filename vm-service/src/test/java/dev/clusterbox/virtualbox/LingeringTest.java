package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A program that has done its work and does not end. */
final class LingeringTest {

    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    /** The first call does not end. */
    private final Lingering lingering = new Lingering(new CommandRunner() {
        @Override
        public CommandResult run(Command command, Consumer<String> progress) throws InterruptedException {
            if (runs.incrementAndGet() == 1) {
                end.await();
            }
            return new CommandResult(command, 0, "run " + runs.get(), "");
        }
    });

    @AfterEach
    void let_it_end() {
        end.countDown();
    }

    @Test
    void what_can_be_asked_twice_is_asked_again() throws Exception {
        var result = lingering.run(Command.of("VBoxManage", "list", "vms"), _ -> {});

        assertEquals("run 2", result.stdout());
    }

    @Test
    void what_cannot_be_asked_twice_is_over_when_it_is_seen_to_be_done() throws Exception {
        var looks = new AtomicInteger();

        var result = lingering.run(Command.of("VBoxManage", "startvm", "x"), () -> looks.incrementAndGet() == 2);

        assertEquals(Optional.empty(), result);
        assertEquals(1, runs.get());
    }

    @Test
    void a_problem_of_the_host_is_that_problem() {
        var broken = new Lingering((command, _) -> {
            throw Problem.unavailable(command + " is not there", "").asException();
        });

        assertThrows(ProblemException.class, () -> broken.run(Command.of("VBoxManage", "list", "vms"), _ -> {}));
    }
}

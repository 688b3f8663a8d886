package dev.clusterbox.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ParallelTest {

    @Test
    void results_come_in_the_order_of_the_items() throws InterruptedException {
        var both = new CountDownLatch(2);
        var results = Parallel.each(List.of(1, 2), item -> {
            both.countDown();
            both.await(); // only ends if both run at once
            return item * 10;
        });

        assertEquals(List.of(10, 20), results);
    }

    @Test
    void the_first_failure_interrupts_the_others_and_is_thrown() {
        var interrupted = new AtomicBoolean();
        var started = new CountDownLatch(1);
        var e = assertThrows(
                ProblemException.class,
                () -> Parallel.each(List.of("waits", "fails"), item -> {
                    if (item.equals("fails")) {
                        started.await();
                        throw Problem.failed("no", "").asException();
                    }
                    try {
                        started.countDown();
                        Thread.sleep(60_000);
                    } catch (InterruptedException interruption) {
                        interrupted.set(true);
                        throw interruption;
                    }
                    return item;
                }));

        assertEquals("no", e.problem().message());
        assertTrue(interrupted.get());
    }

    @Test
    void no_more_than_asked_for_are_worked_on_at_a_time() throws InterruptedException {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        Parallel.each(2, List.of(1, 2, 3, 4, 5, 6), item -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            Thread.sleep(20);
            now.decrementAndGet();
            return item;
        });

        assertEquals(2, most.get());
    }
}

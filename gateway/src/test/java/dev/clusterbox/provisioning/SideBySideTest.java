package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class SideBySideTest {

    @Test
    void results_come_in_the_order_of_the_items() throws InterruptedException {
        var both = new CountDownLatch(2);
        var results = SideBySide.each(List.of(1, 2), item -> {
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
                () -> SideBySide.each(List.of("waits", "fails"), item -> {
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
    void branches_are_merged_by_what_each_has_changed() {
        var before = Clusters.tutorial();
        var machine = before.nodes().getFirst().playedBy("id-1");
        var merged = SideBySide.merge(
                before, List.of(before.with(Map.of("etcd", "new")), before, before.with(List.of(machine))));

        assertEquals(Map.of("etcd", "new"), merged.authorities());
        assertEquals(List.of(machine), merged.nodes());
        assertEquals(before.spec(), merged.spec());
    }

    @Test
    void two_branches_that_changed_the_same_are_a_bug() {
        var before = Clusters.tutorial();
        assertThrows(
                IllegalStateException.class,
                () -> SideBySide.merge(
                        before, List.of(before.with(Map.of("etcd", "a")), before.with(Map.of("etcd", "b")))));
    }
}

package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.fixture.Clusters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SideBySideTest {

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

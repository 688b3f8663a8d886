package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A cluster's load balancer, reached from a computer somewhere else. Needs no programs of Kubernetes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReachTest {

    private Installation installation;
    private Elsewhere elsewhere;
    private Map<String, Set<String>> before = Map.of();

    @BeforeAll
    void start() throws Exception {
        installation = Installation.start("reach", 29000);
        elsewhere = new Elsewhere();
        before = Host.snapshot();
    }

    @AfterAll
    void stop() throws Exception {
        installation.stop();
        elsewhere.close();
    }

    private Run up(String... more) throws Exception {
        var words = new ArrayList<>(List.of(
                "up", "--provider", "nspawn", "--yes", "--through", "etcd", "--controllers", "1", "--nodes", "0"));
        words.addAll(List.of(more));
        return installation.clusterbox(words.toArray(String[]::new));
    }

    @Test
    void it_is_published_kept_changed_withdrawn_and_gone_with_the_cluster() throws Exception {
        up("--expose", Elsewhere.HERE + ":16443").succeeded();
        assertTrue(elsewhere.reaches(Elsewhere.HERE, 16443));
        assertFalse(elsewhere.reaches("192.168.56.10", 6443), "the machine itself");
        assertFalse(elsewhere.reaches(Elsewhere.HERE, 6443));
        var status = installation.clusterbox("status").succeeded().output();
        assertTrue(status.contains("API from elsewhere: https://203.0.113.1:16443"), status);

        installation.clusterbox("services", "stop").succeeded();
        assertTrue(elsewhere.reaches(Elsewhere.HERE, 16443), "without services");
        installation.clusterbox("services", "start").succeeded();
        up().succeeded();
        assertTrue(elsewhere.reaches(Elsewhere.HERE, 16443), "as it was");

        up("--expose", "somewhere.example:17443").succeeded();
        assertTrue(elsewhere.reaches(Elsewhere.HERE, 17443), "by a name: on every address");
        assertFalse(elsewhere.reaches(Elsewhere.HERE, 16443), "the one before");

        var taken = up("--expose", Elsewhere.HERE + ":29000");
        assertEquals(0, taken.exitCode(), "the gateway listens on loopback only: " + taken.output());
        assertTrue(elsewhere.reaches(Elsewhere.HERE, 29000));
        var absent = up("--expose", "203.0.113.77:16443");
        assertEquals(1, absent.exitCode(), absent.output());
        assertTrue(absent.output().contains("203.0.113.77:16443 cannot be had on this host"), absent.output());

        up("--expose", "none").succeeded();
        assertFalse(elsewhere.reaches(Elsewhere.HERE, 29000), "withdrawn");
        up("--expose", Elsewhere.HERE + ":16443").succeeded();
        installation.clusterbox("down", "--yes").succeeded();
        assertFalse(elsewhere.reaches(Elsewhere.HERE, 16443));
        Host.assertBecomes(before);
    }
}

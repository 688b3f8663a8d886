package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.ClusterSpec;
import dev.clusterbox.cluster.Size;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.storage.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which network a cluster gets. Nothing is made here. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckHostTest {

    private final Installation installation = Installation.start();
    private final CheckHost checkHost = installation.bean(CheckHost.class);
    private final Database database = installation.bean(Database.class);
    private final Random random = new Random(1);

    @AfterAll
    void end() {
        installation.close();
    }

    @AfterEach
    void forget() {
        installation.vm.uses("10.0.0.0/24");
        database.transaction(t -> t.update("DELETE FROM clusters"));
    }

    private Cluster cluster(String name, Optional<String> subnet, String pods) {
        var spec = new ClusterSpec(
                name,
                "nspawn",
                3,
                3,
                new Size(1, 512),
                new Size(2, 2048),
                new Size(2, 2048),
                subnet,
                pods,
                "10.32.0.0/24",
                "1.36");
        return Cluster.requested(spec, random, Instant.EPOCH);
    }

    private Cluster cluster(String name) {
        return cluster(name, Optional.empty(), "10.244.0.0/16");
    }

    private String checked(Cluster cluster) {
        try {
            return checkHost.run(cluster, message -> {}).subnet().toString();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As the journal does after the step. */
    private void keep(Cluster cluster) {
        database.transaction(t -> t.update(
                "INSERT INTO clusters (name, uid, document, created_at) VALUES (?, ?, ?, ?)",
                cluster.name(),
                cluster.uid(),
                t.write(cluster),
                ""));
    }

    private String refused(Cluster cluster, Code code) {
        var e = assertThrows(ProblemException.class, () -> checked(cluster));
        assertEquals(code, e.problem().code());
        return e.problem().toString();
    }

    @Test
    void each_cluster_gets_the_next_free_range_and_the_ninth_is_refused_with_the_way_out() {
        for (int i = 0; i < 8; i++) {
            var cluster = cluster("c" + i);
            var subnet = checked(cluster);
            assertEquals("192.168.%d.0/24".formatted(56 + i), subnet);
            keep(cluster.in(dev.clusterbox.cluster.Subnet.parse("subnet", subnet)));
        }
        assertEquals(
                "all 8 networks of 192.168.56.0/21 are taken (take a cluster down, or name another range:"
                        + " '--subnet 192.168.100.0/24' (VirtualBox: allow it in /etc/vbox/networks.conf))",
                refused(cluster("c9"), Code.FAILED));
        assertEquals("192.168.100.0/24", checked(cluster("c9", Optional.of("192.168.100.0/24"), "10.244.0.0/16")));

        database.transaction(t -> t.update("DELETE FROM clusters WHERE name = 'c3'"));
        assertEquals("192.168.59.0/24", checked(cluster("c9")), "what is given back is taken again");
    }

    @Test
    void two_clusters_that_are_checked_at_once_do_not_get_the_same() {
        var one = cluster("one");
        var other = cluster("other");
        keep(one);
        keep(other);

        assertEquals("192.168.56.0/24", checked(one));
        assertEquals("192.168.57.0/24", checked(other));
        assertEquals("192.168.56.0/24", checked(one), "asked again, it is the same");
    }

    @Test
    void networks_of_the_host_and_of_the_cluster_inside_are_left_alone() {
        installation.vm.uses("192.168.56.0/23", "192.168.58.7/32");
        assertEquals("192.168.59.0/24", checked(cluster("a")));
        installation.vm.uses("192.168.0.0/16");
        refused(cluster("a"), Code.FAILED);
        installation.vm.uses("10.0.0.0/24");
        assertEquals("192.168.60.0/24", checked(cluster("a", Optional.empty(), "192.168.56.0/22")));
    }

    @Test
    void a_range_that_was_asked_for_is_given_or_refused() {
        var cluster = cluster("a", Optional.of("192.168.57.0/24"), "10.244.0.0/16");
        assertEquals("192.168.57.0/24", checked(cluster));
        installation.vm.uses("192.168.57.128/25");
        assertEquals(
                "subnet 192.168.57.0/24: this host has an address in 192.168.57.128/25"
                        + " (choose another one, or leave --subnet out)",
                refused(cluster, Code.CONFLICT));
        installation.vm.uses();
        keep(cluster("b").in(dev.clusterbox.cluster.Subnet.parse("subnet", "192.168.57.0/24")));
        assertEquals(
                "subnet 192.168.57.0/24: another cluster has 192.168.57.0/24"
                        + " (choose another one, or leave --subnet out)",
                refused(cluster, Code.CONFLICT));
    }

    @Test
    void artifacts_that_cannot_be_had_are_said_before_anything_is_made() throws IOException {
        var kubelet = installation.artifacts().resolve("kubelet");
        Files.delete(kubelet);

        var message = refused(cluster("a"), Code.UNAVAILABLE);

        assertEquals(
                "1 artifact cannot be had: publishers are not asked (clusterbox.publishers): kubelet"
                        + " (https://dl.k8s.io/v1.36.3/bin/linux/%s/kubelet) (have them in a folder:"
                                .formatted(System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64")
                        + " CLUSTERBOX_ARTIFACTS=FOLDER; or name a mirror: CLUSTERBOX_MIRROR=URL;"
                        + " './clusterbox up --through etcd' goes as far as it goes without them)",
                message);
        assertEquals(
                "192.168.56.0/24", checked(cluster("a").wantedThrough(Optional.of("etcd"))), "packages bring etcd");
        Files.writeString(kubelet, "the double of kubelet");
        assertEquals("192.168.56.0/24", checked(cluster("a")));
    }

    @Test
    void a_dry_run_settles_nothing() {
        assertEquals("192.168.56.0/24", checked(cluster("planned")));
        assertEquals("192.168.56.0/24", checked(cluster("planned-too")));
        assertEquals(
                200,
                installation
                        .rest()
                        .post("/v1/clusters?dryRun=true", "application/json", "{\"through\": \"etcd\"}")
                        .status());
        assertEquals(
                "{clusters=[]}", installation.rest().get("/v1/clusters").json().toString());
    }
}

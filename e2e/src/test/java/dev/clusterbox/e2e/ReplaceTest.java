package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines in the place of others, with a real etcd of three members that must not lose anything by it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReplaceTest {

    private static final String ALL =
            "https://192.168.56.11:2379,https://192.168.56.12:2379,https://192.168.56.13:2379";

    private Installation installation;

    @BeforeAll
    void up() throws Exception {
        installation = Installation.start("replace", 26000);
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(
                "{\"name\": \"demo\", \"nodes\": 1, \"subnet\": \"192.168.56.0/24\", \"through\": \"etcd\"}"));
        etcdctl("put fruit pear", ALL);
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    private String etcdctl(String words, String endpoints) throws IOException, InterruptedException {
        return installation
                .onMachine(
                        "demo",
                        "controller-1",
                        "bash",
                        "-lc",
                        "ETCDCTL_ENDPOINTS=%s etcdctl %s".formatted(endpoints, words))
                .succeeded()
                .output();
    }

    /** Host name to the machine's id. */
    private Map<String, String> machines() throws IOException, InterruptedException {
        var ids = new TreeMap<String, String>();
        for (JsonObject machine : Api.elements(installation
                .vms()
                .get("/v1/providers/nspawn/machines?cluster=demo")
                .expect(200)
                .json()
                .getAsJsonArray("machines"))) {
            ids.put(machine.get("hostName").getAsString(), machine.get("id").getAsString());
        }
        return ids;
    }

    private void assertWhole() throws Exception {
        Healthy.assertThrough(installation, "demo", 3, 1);
        for (int i = 1; i <= 3; i++) {
            assertTrue(
                    etcdctl("get --consistency=s fruit", "https://192.168.56.1%d:2379".formatted(i))
                            .contains("pear"),
                    "member " + i + " has the data");
        }
    }

    @Test
    void a_controller_is_replaced_while_etcd_is_written_to_and_no_acknowledged_write_is_lost() throws Exception {
        var before = machines();
        try (var writes = new Writes(installation, "controller-1", ALL)) {
            writes.await(100);

            int begun = writes.acknowledged();
            var run = installation.clusterbox("replace", "demo", "controller-2").succeeded();
            int ended = writes.acknowledged();
            System.out.println(run.output());

            int count = writes.assertAllThere("https://192.168.56.12:2379");
            assertTrue(run.output().contains("controller-2 of 'demo' is another machine now"), run.output());
            System.out.printf(
                    "%d writes acknowledged, %d of them while controller-2 was replaced; all are on the new member%n",
                    count, ended - begun);
            assertTrue(ended > begun, "etcd was written to meanwhile");
        }
        var after = machines();
        assertNotEquals(before.put("controller-2", ""), after.put("controller-2", ""));
        assertEquals(before, after, "the others are the same");
        assertWhole();
        var revoked = Api.elements(installation
                .pki()
                .get("/v1/certificates?state=revoked&by=agent%20demo-controller-2")
                .expect(200)
                .json()
                .getAsJsonArray("certificates"));
        assertEquals(3, revoked.size(), "what the one before was certified as: " + revoked);
    }

    @Test
    void a_node_and_the_load_balancer_are_replaced() throws Exception {
        var before = machines();
        installation.clusterbox("replace", "node-1").succeeded();
        installation.clusterbox("replace", "haproxy").succeeded();
        var after = machines();
        assertNotEquals(before.get("node-1"), after.get("node-1"));
        assertNotEquals(before.get("haproxy"), after.get("haproxy"));
        assertWhole();
    }

    @Test
    void a_controller_is_not_replaced_where_etcd_would_lose_its_majority() throws Exception {
        var before = machines();
        installation
                .onMachine("demo", "controller-3", "systemctl", "stop", "etcd")
                .succeeded();

        var run = installation.clusterbox("replace", "demo", "controller-2");

        assertEquals(1, run.exitCode(), run.output());
        assertTrue(
                run.output()
                        .contains(
                                "etcd of 'demo' would lose its majority without controller-2: 1 of the other 2 members"
                                        + " are healthy, 2 are needed (etcd on controller-3 does not answer"),
                run.output());
        assertEquals(before, machines());
        installation.gateway().awaitSuccess(installation.gateway().up("{\"name\": \"demo\", \"through\": \"etcd\"}"));
        assertEquals(before, machines());
        assertWhole();
    }

    @Test
    void a_controller_whose_machine_is_gone_is_replaced() throws Exception {
        installation
                .vms()
                .delete("/v1/providers/nspawn/machines/demo-controller-3")
                .expect(204);

        installation.clusterbox("replace", "demo", "controller-3").succeeded();

        assertWhole();
    }

    /** The gateway dies so many milliseconds after it was asked. */
    @ParameterizedTest
    @ValueSource(ints = {300, 1_500, 3_000, 5_000, 8_000, 12_000})
    void a_gateway_that_is_killed_meanwhile_goes_on(int millis) throws Exception {
        var before = machines();
        var gateway = installation.gateway();
        var operation = gateway.accepted(gateway.post("/v1/clusters/demo/machines/controller-2/replace", ""));
        Thread.sleep(millis);
        installation.kill("gateway");
        installation.clusterbox("services", "start").succeeded();

        var ended = gateway.awaitOperation(
                operation,
                Duration.ofMinutes(5),
                o -> !o.get("state").getAsString().equals("RUNNING"));

        assertEquals("SUCCEEDED", ended.get("state").getAsString(), ended.toString());
        assertNotEquals(before.get("controller-2"), machines().get("controller-2"));
        Timed.begin("a gateway that was killed").until("has all agents again", Duration.ofSeconds(30), () -> {
            var agents = Api.texts(Api.elements(gateway.cluster("demo").getAsJsonArray("machines")), "agent");
            return agents.equals(Set.of("CONNECTED")) ? Optional.empty() : Optional.of(agents.toString());
        });
        assertWhole();
    }
}

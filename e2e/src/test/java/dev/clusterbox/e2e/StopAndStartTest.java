package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Clusters that sleep: on purpose, with the computer, and for longer than their certificates last. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StopAndStartTest {

    private static final String AGENT = "/var/lib/clusterbox/agent/agent.pem";
    private static final List<String> CONTROLLERS = List.of("controller-1", "controller-2", "controller-3");
    private static final List<String> USES = List.of("server", "peer", "client");

    private Installation installation;

    @BeforeAll
    void up() throws Exception {
        installation = Installation.start("stop-and-start", 27000);
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(
                "{\"name\": \"demo\", \"nodes\": 1, \"subnet\": \"192.168.56.0/24\", \"through\": \"etcd\"}"));
        installation
                .onMachine("demo", "controller-1", "bash", "-lc", "etcdctl put fruit pear")
                .succeeded();
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    private Map<String, String> machines(String field) throws IOException, InterruptedException {
        var machines = new TreeMap<String, String>();
        Api.elements(installation
                        .vms()
                        .get("/v1/providers/nspawn/machines?cluster=demo")
                        .expect(200)
                        .json()
                        .getAsJsonArray("machines"))
                .forEach(machine -> machines.put(
                        machine.get("hostName").getAsString(),
                        machine.get(field).getAsString()));
        return machines;
    }

    private void assertSame(Map<String, String> ids) throws Exception {
        Healthy.assertThrough(installation, "demo", 3, 1);
        assertEquals(ids, machines("id"));
        for (int i = 1; i <= 3; i++) {
            var answer = installation
                    .onMachine(
                            "demo",
                            "controller-1",
                            "bash",
                            "-lc",
                            "ETCDCTL_ENDPOINTS=https://192.168.56.1%d:2379 etcdctl get --consistency=s fruit"
                                    .formatted(i))
                    .succeeded()
                    .output();
            assertTrue(answer.contains("pear"), answer);
        }
    }

    @Test
    @Order(1)
    void a_stopped_cluster_is_off_and_the_same_when_it_is_started() throws Exception {
        var ids = machines("id");

        System.out.println(installation.clusterbox("stop", "demo").succeeded().output());
        assertEquals(Set.of("STOPPED"), Set.copyOf(machines("power").values()));
        var list = installation.clusterbox("list").succeeded().output();
        assertTrue(list.matches("(?s).*demo +stopped +1\\.36 +nspawn +192\\.168\\.56\\.0/24 +5 +8\\.5 GiB.*"), list);
        installation.clusterbox("stop", "demo").succeeded();
        assertEquals(1, installation.clusterbox("scale", "demo", "2").exitCode());

        System.out.println(installation.clusterbox("start", "demo").succeeded().output());
        assertSame(ids);
        installation.clusterbox("start", "demo").succeeded();
        assertSame(ids);
    }

    /** The machines' processes, the services and the network are gone at once; what was on disk is there. */
    @Test
    @Order(1)
    void after_a_restart_of_the_computer_up_brings_back_the_same_cluster() throws Exception {
        var ids = machines("id");
        var power = new Power(installation);
        for (var machine : ids.keySet()) {
            power.pull(machine);
        }
        for (var service : List.of("gateway", "vm-service", "pki-service", "slack-bot")) {
            installation.kill(service);
        }
        for (var link : Host.bridges()) {
            Run.of(Duration.ofSeconds(20), Map.of(), List.of("ip", "link", "delete", link))
                    .succeeded();
        }

        installation
                .clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes")
                .succeeded();

        assertSame(ids);
    }

    /** Nobody of whom somebody else knows the certificate has one that is good any more: agents, etcd, the gateway itself. */
    @Test
    @Order(2)
    void a_cluster_whose_certificates_have_expired_meanwhile_comes_up_with_new_ones() throws Exception {
        var ids = machines("id");
        var uid = installation.gateway().cluster("demo").get("uid").getAsString();
        var expiry = new Expiry(installation);
        for (var machine : ids.keySet()) {
            expiry.expire(machine, "installation", AGENT, AGENT);
        }
        for (var controller : CONTROLLERS) {
            for (var use : USES) {
                expiry.expire(
                        controller,
                        uid + ".etcd",
                        "/etc/etcd/ssl/%s-key.pem".formatted(use),
                        "/etc/etcd/ssl/%s-crt.pem".formatted(use));
            }
        }
        installation.clusterbox("stop", "demo").succeeded();
        installation.clusterbox("services", "stop").succeeded();
        expiry.expire(installation.state().resolve("gateway/identity/gateway.pem"), "installation");

        installation.clusterbox("start", "demo").succeeded();

        assertEquals(ids, machines("id"));
        for (var machine : ids.keySet()) {
            assertFalse(Expiry.isOver(expiry.read(machine, AGENT)), machine);
        }
        for (var controller : CONTROLLERS) {
            for (var use : USES) {
                assertFalse(Expiry.isOver(expiry.read(controller, "/etc/etcd/ssl/%s-crt.pem".formatted(use))));
            }
            var answer = installation
                    .onMachine(
                            "demo", controller, "bash", "-lc", "etcdctl endpoint health --cluster && etcdctl get fruit")
                    .succeeded()
                    .output();
            assertTrue(answer.contains("pear") && answer.split("is healthy", -1).length == 4, answer);
        }
    }
}

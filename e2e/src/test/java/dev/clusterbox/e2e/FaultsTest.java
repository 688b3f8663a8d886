package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything may be killed at any moment; the operation ends in the same cluster all the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FaultsTest {

    private static final String DEMO = "{\"name\": \"demo\", \"through\": \"etcd\"}";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Installation installation;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        installation = Installation.start("faults", 22000);
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    @AfterEach
    void down() throws IOException, InterruptedException {
        installation.clusterbox("services", "start").succeeded();
        for (var cluster : installation.gateway().clusters()) {
            installation.clusterbox("down", cluster, "--yes").succeeded();
        }
    }

    private static Predicate<JsonObject> runs(String step) {
        return operation -> !Api.stepState(operation, step).equals("PENDING");
    }

    @ParameterizedTest
    @CsvSource({
        "pki-service, machines",
        "pki-service, etcd",
        "vm-service, machines",
        "gateway, machines",
        "gateway, agents",
        "gateway, etcd"
    })
    void a_service_killed_during_up_and_started_again_costs_nothing(String service, String step) throws Exception {
        var gateway = installation.gateway();
        var operation = gateway.up(DEMO);
        gateway.awaitOperation(operation, PATIENCE, runs(step));

        installation.kill(service);
        installation.clusterbox("services", "start").succeeded();

        gateway.awaitSuccess(operation);
        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    @Test
    void a_slack_bot_killed_during_up_tells_the_end_when_it_is_back() throws Exception {
        var slack = installation.slack();
        var answer = slack.command("up demo --through etcd").send(URI.create(installation.slackCommands()));
        assertEquals(200, answer.statusCode(), answer.body());
        slack.await(PATIENCE, shown -> shown.how().equals("message"));

        installation.kill("slack-bot");
        installation.clusterbox("services", "start").succeeded();

        slack.await(PATIENCE, shown -> shown.text().contains("done after"));
        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    @Test
    void an_agent_killed_while_installing_is_told_again() throws Exception {
        var gateway = installation.gateway();
        var operation = gateway.up(DEMO);
        gateway.awaitOperation(operation, PATIENCE, runs("etcd"));

        installation
                .onMachine("demo", "controller-2", "systemctl", "kill", "-s", "KILL", "clusterbox-agent")
                .succeeded();

        gateway.awaitSuccess(operation);
        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    @Test
    void a_machine_that_was_switched_off_comes_back_with_its_data() throws Exception {
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(DEMO));
        installation
                .onMachine("demo", "controller-1", "bash", "-lc", "etcdctl put fruit pear")
                .succeeded();

        for (var machine : new String[] {"demo-controller-2", "demo-node-1"}) {
            installation
                    .vms()
                    .post("/v1/providers/nspawn/machines/" + machine + "/stop", "{\"force\": true}")
                    .expect(200);
        }
        gateway.awaitSuccess(gateway.up(DEMO));

        Healthy.assertThrough(installation, "demo", 3, 3);
        var value = installation
                .onMachine("demo", "controller-2", "bash", "-lc", "etcdctl get fruit")
                .succeeded();
        assertTrue(value.output().contains("pear"), value.output());
    }

    @Test
    void what_was_removed_on_a_machine_is_put_back() throws Exception {
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(DEMO));
        installation
                .onMachine(
                        "demo",
                        "haproxy",
                        "sh",
                        "-c",
                        "systemctl stop haproxy && echo junk >/etc/haproxy/haproxy.cfg && rm /etc/systemd/system/haproxy.service")
                .succeeded();

        gateway.awaitSuccess(gateway.up(DEMO));

        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    @Test
    void what_runs_with_another_configuration_is_started_anew_when_its_own_is_put_back() throws Exception {
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(DEMO));
        installation
                .onMachine(
                        "demo",
                        "haproxy",
                        "sh",
                        "-c",
                        "sed -i s/:9000/:9001/ /etc/haproxy/haproxy.cfg && systemctl restart haproxy")
                .succeeded();

        gateway.awaitSuccess(gateway.up(DEMO));

        Healthy.assertThrough(installation, "demo", 3, 3);
    }

    @Test
    void a_machine_that_was_deleted_behind_our_back_is_made_again() throws Exception {
        var gateway = installation.gateway();
        gateway.awaitSuccess(gateway.up(DEMO));
        installation.vms().delete("/v1/providers/nspawn/machines/demo-node-2").expect(204);

        gateway.awaitSuccess(gateway.up(DEMO));

        Healthy.assertThrough(installation, "demo", 3, 3);
    }
}

package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The main job, through each of the three doors, with seven real machines. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpThroughEtcdTest {

    private Installation installation;
    private Map<String, Set<String>> before = Map.of();

    @BeforeAll
    void start() throws IOException, InterruptedException {
        installation = Installation.start("up", 21000);
        before = Host.snapshot();
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        installation.stop();
    }

    /** How a person asks. */
    enum Door {
        TERMINAL {
            @Override
            void up(Installation installation) throws IOException, InterruptedException {
                var run = installation.clusterbox("up", "--through", "etcd", "--provider", "nspawn", "--yes");
                run.succeeded();
                assertTrue(run.output().contains("Start etcd"), run.output());
            }

            @Override
            void down(Installation installation) throws IOException, InterruptedException {
                installation.clusterbox("down", "--yes").succeeded();
            }
        },

        REST {
            @Override
            void up(Installation installation) throws IOException, InterruptedException {
                var gateway = installation.gateway();
                gateway.awaitSuccess(gateway.up("{\"name\": \"demo\", \"through\": \"etcd\"}"));
            }

            @Override
            void down(Installation installation) throws IOException, InterruptedException {
                var gateway = installation.gateway();
                gateway.awaitSuccess(gateway.delete("/v1/clusters/demo")
                        .expect(202)
                        .json()
                        .get("id")
                        .getAsString());
            }
        },

        SLACK {
            @Override
            void up(Installation installation) throws IOException, InterruptedException {
                installation.say("up demo --through etcd");
            }

            @Override
            void down(Installation installation) throws IOException, InterruptedException {
                installation.sayAndConfirm("down demo", "demo");
            }
        },

        SLACK_BY_SOCKET_MODE {
            @Override
            void up(Installation installation) throws IOException, InterruptedException {
                installation.sayOverSocket("up demo --through etcd");
            }

            @Override
            void down(Installation installation) throws IOException, InterruptedException {
                installation.sayAndConfirm("down demo", "demo");
            }
        };

        abstract void up(Installation installation) throws IOException, InterruptedException;

        abstract void down(Installation installation) throws IOException, InterruptedException;
    }

    @ParameterizedTest
    @EnumSource
    void up_ends_in_a_healthy_cluster_and_down_leaves_the_host_as_it_was(Door door) throws Exception {
        door.up(installation);
        Healthy.assertThrough(installation, "demo", 3, 3);

        door.up(installation);
        Healthy.assertThrough(installation, "demo", 3, 3);
        assertNothingChanged();

        door.down(installation);
        assertEquals(0, installation.gateway().clusters().size());
        Host.assertBecomes(before);
    }

    /** The second run has found everything as it should be. */
    private void assertNothingChanged() throws IOException, InterruptedException {
        var gateway = installation.gateway();
        var id = gateway.cluster("demo").get("operation").getAsString();
        var operation = gateway.get("/v1/operations/" + id).expect(200).json();
        for (var step : Api.elements(operation.getAsJsonArray("steps"))) {
            var message = step.get("message").getAsString();
            assertTrue(!message.contains(" changed") || message.startsWith("0 changed"), operation.toString());
        }
    }
}

package dev.clusterbox.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.agent.v1.Operation;
import dev.clusterbox.cluster.Cluster;
import dev.clusterbox.cluster.Endpoint;
import dev.clusterbox.fixture.Clusters;
import dev.clusterbox.fixture.Installation;
import dev.clusterbox.release.Releases;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a cluster is reached from elsewhere: asked for, changed, kept and taken back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PublishApiTest {

    private final Installation installation = Installation.start();

    @AfterAll
    void end() {
        installation.close();
    }

    private String up(String more) {
        var answer = installation.rest().up("{name: reached, subnet: 127.0.58.0/24, through: etcd%s}".formatted(more));
        assertEquals(202, answer.status(), answer.body());
        return installation.rest().awaitEnd(answer.text("id"));
    }

    @Test
    void it_is_made_kept_changed_and_taken_back() {
        up(", controllers: 1, nodes: 0, expose: 10.0.0.5:16443");
        assertEquals(List.of("api 10.0.0.5:16443 6443"), installation.vm.forwards("reached-haproxy"));
        assertEquals(
                "10.0.0.5:16443",
                installation.rest().get("/v1/clusters/reached").text("exposed"));

        up("");
        assertEquals(List.of("api 10.0.0.5:16443 6443"), installation.vm.forwards("reached-haproxy"));

        installation.stopGateway();
        installation.startGateway();
        up(", expose: kubernetes.example:443");
        assertEquals(List.of("api 0.0.0.0:443 6443"), installation.vm.forwards("reached-haproxy"));
        var page = installation
                .rest()
                .with("Accept", "text/plain")
                .get("/v1/clusters/reached")
                .body();
        assertTrue(page.contains("API from elsewhere: https://kubernetes.example:443"), page);

        up(", expose: none");
        assertEquals(List.of(), installation.vm.forwards("reached-haproxy"));
        assertEquals("null", installation.rest().get("/v1/clusters/reached").text("exposed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.5",
                "10.0.0.5:0",
                "10.0.0.5:65536",
                "10.0.0.256:6443",
                "010.0.0.5:6443",
                "0.0.0.0:6443",
                "KUBERNETES:6443",
                "-a:6443",
                "a..b:6443",
                "a b:6443",
                "*.example:6443",
                "ip:6443,dns:x:1",
                "[::1]:6443",
                ":6443",
                ""
            })
    void nobody_is_sent_where_nobody_can_go(String expose) {
        var answer = installation.rest().up("{name: nowhere, through: etcd, expose: \"%s\"}".formatted(expose));
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.text("detail").startsWith("expose: "), answer.body());
        assertEquals(404, installation.rest().get("/v1/clusters/nowhere").status());
    }

    @Test
    void the_api_and_machines_that_join_do_not_share_a_port() {
        var answer = installation
                .rest()
                .up("{name: nowhere, through: etcd, expose: \"10.0.0.5:6443\", exposeJoin: \"10.0.0.5:6443\"}");
        assertEquals(400, answer.status(), answer.body());
    }

    private static List<String> apiNames(Cluster cluster) {
        var controller = cluster.node("controller-1");
        return new Releases()
                .get("1.36").operations("control-plane", cluster, controller, Clusters.secrets()).stream()
                        .filter(Operation::hasMakeCertificate)
                        .map(Operation::getMakeCertificate)
                        .filter(certificate -> certificate.getProfile().equals("apiserver"))
                        .flatMap(certificate -> certificate.getNamesList().stream())
                        .toList();
    }

    @Test
    void the_api_servers_certificate_knows_the_address() {
        var cluster = Clusters.tutorial();
        assertFalse(apiNames(cluster).contains(""), "no empty name");
        assertTrue(apiNames(cluster.exposedAt(Optional.of(Endpoint.parse("10.0.0.5:443"))))
                .contains("ip:10.0.0.5"));
        assertTrue(apiNames(cluster.exposedAt(Optional.of(Endpoint.parse("kubernetes.example:443"))))
                .contains("dns:kubernetes.example"));
    }
}

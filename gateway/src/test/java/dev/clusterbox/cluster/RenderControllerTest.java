package dev.clusterbox.cluster;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.fixture.Installation;
import dev.clusterbox.fixture.Rest.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over REST; nothing is ever made of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RenderControllerTest {

    private final Installation installation = Installation.start();

    @AfterAll
    void end() {
        installation.close();
    }

    @AfterEach
    void nothing_was_made() {
        installation.assertNothingMade();
    }

    private Answer render(String yaml) {
        return installation.rest().post("/v1/render", "application/yaml", yaml);
    }

    /** By machine and path. */
    @SuppressWarnings("unchecked") // as the OpenAPI document has it
    private static Map<String, RenderedFile> files(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        var files = new TreeMap<String, RenderedFile>();
        for (var file : (List<Map<String, Object>>) requireNonNull(answer.json().get("files"))) {
            var rendered = new RenderedFile(
                    String.valueOf(file.get("machine")),
                    String.valueOf(file.get("path")),
                    (int) requireNonNull(file.get("mode")),
                    String.valueOf(file.get("content")));
            files.put(rendered.machine() + rendered.path(), rendered);
        }
        return files;
    }

    private static RenderedFile file(Map<String, RenderedFile> files, String name) {
        return requireNonNull(files.get(name), () -> name + " is not in " + files.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.35", "1.36", "1.37"})
    void every_release_is_rendered_for_every_machine(String line) {
        var files = files(render("{kubernetes: '%s', nodes: 2, subnet: 192.168.60.0/24}".formatted(line)));

        var machines = new TreeSet<String>();
        files.values().forEach(file -> machines.add(file.machine()));
        assertEquals(
                List.of("addons", "controller-1", "controller-2", "controller-3", "haproxy", "node-1", "node-2"),
                List.copyOf(machines));
        assertTrue(file(files, "node-2/etc/systemd/system/kubelet.service")
                .content()
                .contains("--node-ip=192.168.60.22"));
        assertEquals(0_600, file(files, "node-1/var/lib/kubelet/kubeconfig").mode());
        assertTrue(files.containsKey("addons/coredns.yaml"));
    }

    @Test
    void the_same_request_gives_the_same_files_and_no_secret() {
        var once = render("{name: lab, provider: virtualbox}");

        assertEquals(once.body(), render("{name: lab, provider: virtualbox}").body());
        assertFalse(once.body().contains("PRIVATE KEY"));
        var files = files(once);
        assertEquals(
                "(made for each cluster: an EC key, P-256, in PEM)\n",
                file(files, "controller-1/var/lib/kubernetes/ssl/service-account-key.pem")
                        .content());
        assertTrue(file(files, "controller-1/var/lib/kubernetes/encryption-config.yaml")
                .content()
                .contains("(made for each cluster"));
    }

    @Test
    void as_an_archive_each_machine_has_its_folder() throws IOException {
        var tar = installation
                .rest()
                .with("Accept", "application/x-tar")
                .post(
                        "/v1/render",
                        "application/json",
                        "{\"kubernetes\": \"v1.10\", \"nodes\": 1, \"controllers\": 1}");

        assertEquals(200, tar.status());
        assertEquals("application/x-tar", tar.header("Content-Type"));
        var members = new TreeMap<String, Integer>();
        // What the tutorial lists is plain ASCII.
        try (var in =
                new TarArchiveInputStream(new ByteArrayInputStream(tar.body().getBytes(StandardCharsets.ISO_8859_1)))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                members.put(entry.getName(), entry.getMode());
            }
        }
        assertEquals(
                List.of(
                        "controller-1/lib/systemd/system/etcd.service",
                        "controller-1/lib/systemd/system/kube-apiserver.service",
                        "controller-1/lib/systemd/system/kube-controller-manager.service",
                        "controller-1/var/lib/kubernetes/kube-scheduler-config.yml",
                        "node-1/etc/containerd/config.toml",
                        "node-1/lib/systemd/system/kubelet.service",
                        "node-1/var/lib/kube-proxy/config.yml",
                        "node-1/var/lib/kubelet/config.yml"),
                List.copyOf(members.keySet()));
        assertEquals(Optional.of(0_644), members.values().stream().distinct().findFirst());
    }

    @Test
    void what_can_be_rendered_only_is_not_brought_up_nor_prepared() {
        for (var name : List.of("v1.10", "1.10")) {
            var refused = installation.rest().up("{kubernetes: '%s', through: etcd}".formatted(name));
            refused.assertProblem(400, "INVALID");
            assertEquals("'./clusterbox render --kubernetes v1.10 DIR' writes its files", refused.text("hint"));
        }
        installation.rest().send("PUT", "/v1/releases/1.10/artifacts").assertProblem(400, "INVALID");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{kubernetes: '1.9'}",
                "{kubernetes: '../1.36'}",
                "{kubernetes: vv1.36}",
                // YAML reads it as the number 1.1.
                "{kubernetes: 1.10}",
                "{subnet: 10.244.3.0/24}",
                "{podCidr: 192.168.0.0/16}",
                "{name: ../x}",
                "{folder: /etc}"
            })
    void what_is_no_cluster_is_refused(String yaml) {
        render(yaml).assertProblem(400, "INVALID");
    }
}

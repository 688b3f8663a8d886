package dev.clusterbox.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.clusterbox.release.Rendered.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that tells containerd about flannel's subnet, run where {@code /etc} and {@code /run} are its own. */
final class PodNetworkTest {

    private static final List<String> SUBNET = List.of(
            "FLANNEL_NETWORK=10.244.0.0/16", "FLANNEL_SUBNET=10.244.1.1/24", "FLANNEL_MTU=1450", "FLANNEL_IPMASQ=true");

    /** The folders come from outside and go back, so that runs follow each other. */
    private static final String WORLD = """
            set -e
            mount -t tmpfs tmpfs /etc
            mount -t tmpfs tmpfs /run
            cp -R "$1/etc/." /etc
            cp -R "$1/run/." /run
            code=0
            sh "$1/script" || code=$?
            rm -rf "$1/etc"
            cp -R /etc "$1/etc"
            exit $code
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void a_node() throws IOException {
        Files.createDirectories(folder.resolve("etc"));
        Files.createDirectories(folder.resolve("run/flannel"));
        Files.writeString(
                folder.resolve("script"),
                Rendered.files(Variant.USUAL)
                        .filter(file -> file.fileName().equals("clusterbox-pod-network"))
                        .findFirst()
                        .orElseThrow()
                        .content());
    }

    @Test
    void the_configuration_has_flannels_subnet() throws Exception {
        subnet(SUBNET);
        var run = run();

        assertTrue(run.silent(), run::toString);
        assertEquals(List.of("10-flannel.conflist"), written());
        var json = new ObjectMapper().readTree(configuration().toFile());
        assertEquals("flannel", json.path("name").asText());
        assertEquals("0.4.0", json.path("cniVersion").asText());
        var bridge = json.path("plugins").path(0);
        assertEquals("bridge", bridge.path("type").asText());
        assertEquals(1450, bridge.path("mtu").asInt());
        assertTrue(bridge.path("mtu").isInt());
        // Flannel names the address of the bridge; host-local refuses a range that is written like that.
        assertEquals("10.244.1.0/24", bridge.at("/ipam/ranges/0/0/subnet").asText());
        assertEquals("10.244.0.0/16", bridge.at("/ipam/routes/0/dst").asText());
        assertEquals("portmap", json.path("plugins").path(1).path("type").asText());
    }

    /** Every plugin that the configuration names is one that the release or its packages bring. */
    @Test
    void its_plugins_are_installed() throws Exception {
        subnet(SUBNET);
        run();
        var plugins = new ArrayList<String>();
        var json = new ObjectMapper().readTree(configuration().toFile());
        json.findValues("type").forEach(type -> plugins.add("/opt/cni/bin/" + type.asText()));

        assertEquals(3, plugins.size());
        var installed = Rendered.operations(new Releases().get("1.36"), Variant.USUAL, "node-1").stream()
                .map(operation -> operation.getInstallBinary().getPath())
                .toList();
        assertTrue(installed.containsAll(plugins), plugins::toString);
    }

    @Test
    void a_second_run_changes_nothing() throws Exception {
        subnet(SUBNET);
        run();
        var first = Files.readString(configuration());
        var second = run();

        assertTrue(second.silent(), second::toString);
        assertEquals(first, Files.readString(configuration()));
        assertEquals(List.of("10-flannel.conflist"), written());
    }

    @Test
    void without_flannel_there_is_no_configuration() throws Exception {
        var run = run();

        assertNotEquals(0, run.exitCode());
        assertTrue(run.errors().contains("/run/flannel/subnet.env"), run::toString);
        assertEquals(List.of(), written());
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLANNEL_NETWORK", "FLANNEL_SUBNET", "FLANNEL_MTU"})
    void half_a_subnet_is_none(String missing) throws Exception {
        subnet(SUBNET.stream().filter(line -> !line.startsWith(missing)).toList());
        var run = run();

        assertNotEquals(0, run.exitCode());
        assertTrue(run.errors().contains(missing), run::toString);
        assertEquals(List.of(), written());
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLANNEL_NETWORK", "FLANNEL_SUBNET", "FLANNEL_MTU"})
    void an_empty_value_is_none(String empty) throws Exception {
        subnet(SUBNET.stream()
                .map(line -> line.startsWith(empty) ? empty + "=" : line)
                .toList());
        var run = run();

        assertNotEquals(0, run.exitCode());
        assertTrue(run.errors().contains(empty), run::toString);
        assertEquals(List.of(), written());
    }

    @Test
    void a_failure_leaves_what_was_there() throws Exception {
        subnet(SUBNET);
        run();
        var before = Files.readString(configuration());
        subnet(SUBNET.subList(0, 1));

        assertNotEquals(0, run().exitCode());
        assertEquals(before, Files.readString(configuration()));
        assertEquals(List.of("10-flannel.conflist"), written());
    }

    @Test
    void the_unit_and_the_wait_run_the_script_that_is_put_there() {
        var files = Rendered.files(Variant.USUAL).toList();
        var unit = files.stream()
                .filter(file -> file.fileName().equals("clusterbox-pod-network.service"))
                .findFirst()
                .orElseThrow();
        var path = new Unit(unit.content()).programs().findFirst().orElseThrow();

        assertTrue(files.stream().anyMatch(file -> file.path().equals(path)), path);
        assertFalse(Rendered.operations(new Releases().get("1.36"), Variant.USUAL, "node-1").stream()
                .filter(operation -> operation
                        .getAwaitCommand()
                        .getCommandList()
                        .equals(List.of(path.substring(path.lastIndexOf('/') + 1))))
                .toList()
                .isEmpty());
    }

    private void subnet(List<String> lines) throws IOException {
        Files.writeString(folder.resolve("run/flannel/subnet.env"), String.join("\n", lines) + "\n");
    }

    private Tool.Result run() throws IOException, InterruptedException {
        var arguments = new ArrayList<Object>(List.of("--mount", "--propagation", "private"));
        if (!System.getProperty("user.name").equals("root")) {
            arguments.add("--map-root-user");
        }
        arguments.addAll(List.of("sh", "-c", WORLD, "sh", folder));
        return new Tool("unshare", "util-linux").run(folder, arguments.toArray());
    }

    private Path configuration() {
        return folder.resolve("etc/cni/net.d/10-flannel.conflist");
    }

    /** All files that it wrote, hidden ones too. */
    private List<String> written() throws IOException {
        try (var files = Files.walk(folder.resolve("etc"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }
}

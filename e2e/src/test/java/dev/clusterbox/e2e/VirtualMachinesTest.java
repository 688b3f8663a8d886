package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.clusterbox.virtualbox.CloudImage;
import dev.clusterbox.virtualbox.QemuVirtualBox;
import dev.clusterbox.virtualbox.RealVirtualBox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What VirtualBox would start, and whether it gets through to the gateway: all services run, VirtualBox's own VBoxManage makes image,
 * clones, seed disks and adapters, and QEMU runs the machines, in software. Its flag is {@code -Dclusterbox.qemu=true}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VirtualMachinesTest {

    private static final Path AS_IF_THERE_WERE_VIRTUALBOX = Path.of(System.getProperty("clusterbox.home"))
            .toAbsolutePath()
            .normalize()
            .resolve("e2e/src/test/bin/with-virtualbox");

    /** The image is made the first time. */
    private static final Duration PATIENCE = Duration.ofMinutes(90);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Map<String, String> ADDRESSES =
            Map.of("haproxy", "192.168.56.10", "controller-1", "192.168.56.11");

    /** Of the host, in no machine's network. */
    private static final String ELSEWHERE = "10.77.0.1";

    private static final Pattern ENROLLED = Pattern.compile("(\\S+) of demo has enrolled from (\\S+)");

    private RealVirtualBox real;
    private QemuVirtualBox qemu;
    private Path base;

    @BeforeAll
    void start(@TempDir Path scratch) throws IOException, InterruptedException {
        base = CloudImage.needed();
        real = RealVirtualBox.start(scratch.resolve("virtualbox"));
        qemu = QemuVirtualBox.around(real);
    }

    @AfterAll
    void stop() throws IOException {
        if (qemu != null) {
            qemu.close();
        }
        if (real != null) {
            real.close();
        }
    }

    @Test
    void agents_enrol_from_the_addresses_that_their_machines_state() throws Exception {
        var installation = installation("stated", 24000, Map.of());
        try {
            up(installation);

            assertEquals(ADDRESSES, enrolled(installation));
            for (var machine : machines(installation)) {
                var source = machine.getAsJsonObject("source");
                assertEquals("STATED", source.get("kind").getAsString());
                assertEquals(machine.get("address"), source.get("address"));
            }
        } finally {
            down(installation);
        }
    }

    @Test
    void agents_enrol_through_nat_that_hides_their_addresses() throws Exception {
        ip("address", "add", ELSEWHERE + "/32", "dev", "lo");
        var installation = installation(
                "hidden",
                25000,
                Map.of("CLUSTERBOX_VIRTUALBOX_HIDDEN", "true", "CLUSTERBOX_AGENTS_ADDRESS", ELSEWHERE));
        try {
            up(installation);

            var enrolled = enrolled(installation);
            assertEquals(ADDRESSES.keySet(), enrolled.keySet());
            enrolled.values().forEach(address -> assertFalse(address.startsWith("192.168.56."), address));
            for (var machine : machines(installation)) {
                assertEquals(
                        "HIDDEN", machine.getAsJsonObject("source").get("kind").getAsString());
            }
        } finally {
            down(installation);
            ip("address", "delete", ELSEWHERE + "/32", "dev", "lo");
        }
    }

    /** Both have one folder of VirtualBox, so that the image is baked once. */
    private Installation installation(String name, int firstPort, Map<String, String> more)
            throws IOException, InterruptedException {
        var environment = new HashMap<>(more);
        environment.put("PATH", qemu.program().getParent() + ":" + System.getenv("PATH"));
        environment.put("CLUSTERBOX_VIRTUALBOX_PROGRAM", qemu.program().toString());
        environment.put(
                "CLUSTERBOX_VIRTUALBOX_FOLDER", real.folder().resolve("ours").toString());
        environment.put("CLUSTERBOX_VIRTUALBOX_BASE", base.toString());
        environment.put("CLUSTERBOX_VIRTUALBOX_BOOT_PATIENCE", "30m");
        return Installation.start(name, firstPort, List.of(AS_IF_THERE_WERE_VIRTUALBOX.toString()), environment);
    }

    /** As small as the launcher proposes it for a small computer. */
    private void up(Installation installation) throws IOException, InterruptedException {
        var gateway = installation.gateway();
        var id = gateway.up("""
                {"name": "demo", "provider": "virtualbox", "through": "agents", "subnet": "192.168.56.0/24",
                 "controllers": 1, "nodes": 0, "loadBalancer": {"memoryMiB": 256}, "controller": {"memoryMiB": 1536}}""");
        var ended = awaitEnd(gateway, id);
        assertEquals("SUCCEEDED", ended.get("state").getAsString(), () -> ended + consoles());
        assertTrue(seeds().isEmpty(), "nothing is left of what the agents needed: " + seeds());
    }

    /** What changes is printed: it takes long. */
    private static JsonObject awaitEnd(Api gateway, String id) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String said = "";
        while (true) {
            var operation = gateway.get("/v1/operations/" + id).expect(200).json();
            var steps = Api.elements(operation.getAsJsonArray("steps"));
            for (var step : steps) {
                if (step.get("state").getAsString().equals("RUNNING")
                        && !step.toString().equals(said)) {
                    said = step.toString();
                    System.out.println(Instant.now() + " " + said);
                }
            }
            if (!operation.get("state").getAsString().equals("RUNNING") || System.nanoTime() > end) {
                System.out.println(Instant.now() + " " + operation);
                return operation;
            }
            Thread.sleep(PAUSE);
        }
    }

    private static Map<String, String> enrolled(Installation installation) throws IOException {
        var addresses = new HashMap<String, String>();
        ENROLLED.matcher(installation.log("gateway"))
                .results()
                .forEach(match -> addresses.put(match.group(1), match.group(2)));
        return addresses;
    }

    private static List<JsonObject> machines(Installation installation) throws IOException, InterruptedException {
        var answer = installation
                .vms()
                .get("/v1/providers/virtualbox/machines?cluster=demo")
                .expect(200)
                .json();
        var machines = Api.elements(answer.getAsJsonArray("machines"));
        assertEquals(ADDRESSES.size(), machines.size(), answer.toString());
        return machines;
    }

    private List<Path> seeds() throws IOException {
        var folder = real.folder().resolve("ours/seeds");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var seeds = Files.list(folder)) {
            // One that was in the drive when the machine started is locked until it is off; it has been emptied.
            return seeds.filter(file -> file.toFile().length() > 0).toList();
        }
    }

    private String consoles() {
        try {
            var text = new StringBuilder();
            for (var machine : ADDRESSES.keySet()) {
                var console = qemu.console("demo-" + machine);
                text.append("\n--- ").append(machine).append('\n');
                text.append(console.substring(Math.max(0, console.length() - 3000)));
            }
            return text.toString();
        } catch (IOException e) {
            return "\nno console: " + e;
        }
    }

    private void down(Installation installation) throws IOException, InterruptedException {
        installation.stop();
        var left = Run.of(
                        Duration.ofSeconds(60), Map.of(), List.of(qemu.program().toString(), "list", "vms"))
                .succeeded()
                .output();
        assertTrue(left.lines().allMatch(line -> line.startsWith("\"clusterbox-image-")), left);
    }

    private static void ip(String... words) throws IOException, InterruptedException {
        Run.of(
                        Duration.ofSeconds(20),
                        Map.of(),
                        Stream.concat(Stream.of("ip"), Stream.of(words)).toList())
                .succeeded();
    }
}

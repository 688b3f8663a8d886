package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.base.BaseImages;
import dev.clusterbox.base.BaseSource;
import dev.clusterbox.host.Command;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.HardwareAddress;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.seed.Seed;
import dev.clusterbox.seed.SeedDisk;
import dev.clusterbox.virtualbox.Templates.Template;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What VirtualBox would start: the disk that its own VBoxManage made, cloned, with the machine's seed disk and its two adapters, NAT
 * first, in a computer that QEMU plays. Its flag is {@code -Dclusterbox.qemu=true}; it takes some ten minutes on a free processor.
 */
final class BakedGuestTest {

    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** As the build of provision-agent leaves it. */
    private static final Path AGENT = Path.of("../provision-agent/target/image");

    private static final HardwareAddress NAT = HardwareAddress.parse("080027AA0001");
    private static final HardwareAddress HOST_ONLY = HardwareAddress.parse("080027AA0002");

    @TempDir
    Path scratch;

    @Test
    void a_base_is_baked_over_ssh_and_its_clone_boots_as_who_its_seed_disk_says_and_its_agent_calls_the_gateway()
            throws Exception {
        var base = CloudImage.needed();
        assertTrue(Files.isDirectory(AGENT), "build provision-agent first: mvn package -pl provision-agent -am");
        try (var real = RealVirtualBox.start(scratch.resolve("virtualbox"));
                var qemu = QemuVirtualBox.around(real)) {
            var manage = qemu.manage();
            long start = System.nanoTime();
            var template = baked(real, manage, base);
            System.out.printf("guests under QEMU: baked in %d s%n", seconds(start));

            var network = network(manage);
            try (var gateway = new ServerSocket()) {
                gateway.bind(new InetSocketAddress(InetAddress.getByName("192.168.56.1"), 8443));
                gateway.setSoTimeout((int) PATIENCE.toMillis());
                clone(real, manage, template, network);
                start = System.nanoTime();
                manage.run("startvm", "demo-node-1", "--type", "headless");
                try (var agent = gateway.accept()) {
                    assertEquals("192.168.56.21", agent.getInetAddress().getHostAddress());
                }
                System.out.printf("guests under QEMU: from power-on to the agent's first call %d s%n", seconds(start));
                assertTrue(manage.run("list", "runningvms").contains("demo-node-1"));
            } finally {
                System.out.println(last(qemu.console("demo-node-1")));
            }
            manage.run("controlvm", "demo-node-1", "poweroff");
            manage.run("unregistervm", "demo-node-1", "--delete");
        }
    }

    private Template baked(RealVirtualBox real, VBoxManage manage, Path base) throws InterruptedException {
        var images = new BakedImages(
                real.host(),
                new ImageMachines(
                        real.host(), manage, new Places(real.host(), Optional.of(real.folder() + "/ours"), "test")),
                new BaseImages(scratch.resolve("bases"), Duration.ofSeconds(5)),
                architecture -> BaseSource.parse(base.toString(), "", architecture),
                new SshBaking(AGENT.toAbsolutePath().normalize(), Optional.empty(), PATIENCE, InstantSource.system()));
        var image = images.prepare();
        var said = "";
        while (image.state() == State.BUILDING) {
            if (!image.progress().equals(said)) {
                said = image.progress();
                System.out.println(Instant.now() + " " + said);
            }
            Thread.sleep(200);
            image = images.image();
        }
        assertEquals(State.READY, image.state(), "" + image);
        return images.current().orElseThrow();
    }

    private static String network(VBoxManage manage) throws InterruptedException {
        var created = manage.run("hostonlyif", "create");
        var name = created.replaceAll("(?s).*Interface '(.*)' was.*", "$1");
        manage.run("hostonlyif", "ipconfig", name, "--ip", "192.168.56.1", "--netmask", "255.255.255.0");
        return name;
    }

    private void clone(RealVirtualBox real, VBoxManage manage, Template template, String network)
            throws IOException, InterruptedException {
        manage.run(
                "clonevm",
                template.machine(),
                "--snapshot",
                template.snapshot(),
                "--options",
                "link",
                "--name",
                "demo-node-1",
                "--basefolder",
                real.folder() + "/ours/machines",
                "--register");
        manage.run(
                "modifyvm",
                "demo-node-1",
                "--nic1",
                "nat",
                "--mac-address1",
                NAT.withoutColons(),
                "--nic2",
                "hostonly",
                "--host-only-adapter2",
                network,
                "--mac-address2",
                HOST_ONLY.withoutColons());
        var seed = new Seed(
                UUID.randomUUID(),
                "0123456789abcdef0123",
                "192.168.56.1:8443",
                certificate(),
                "node-1",
                Ipv4.parse("192.168.56.21"),
                Optional.empty());
        var disk = new SeedDisk(seed, Cidr.parse("192.168.56.0/24"), NAT, HOST_ONLY, Map.of());
        var file = Files.write(real.folder().resolve("seed.iso"), disk.image(Instant.now()));
        manage.run(
                "storageattach",
                "demo-node-1",
                "--storagectl",
                ImageMachines.CONTROLLER,
                "--port",
                "1",
                "--device",
                "0",
                "--type",
                "dvddrive",
                "--medium",
                file.toString());
    }

    /** Of an authority that nobody has the key of: the agent has to call before it can find out. */
    private String certificate() throws InterruptedException {
        var store = scratch.resolve("authority.p12").toString();
        var keytool = Path.of(System.getProperty("java.home"), "bin/keytool").toString();
        var runner = new LocalRunner();
        runner.run(Command.of(
                        keytool,
                        "-genkeypair",
                        "-keystore",
                        store,
                        "-storepass",
                        "secret",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=test",
                        "-keyalg",
                        "EC",
                        "-ext",
                        "bc=ca:true"))
                .orFail();
        return runner.run(Command.of(
                        keytool, "-exportcert", "-rfc", "-keystore", store, "-storepass", "secret", "-alias", "a"))
                .orFail();
    }

    private static String last(String console) {
        return console.substring(Math.max(0, console.length() - 2000));
    }

    private static long seconds(long start) {
        return (System.nanoTime() - start) / 1_000_000_000;
    }
}

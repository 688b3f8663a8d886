package dev.clusterbox.virtualbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.clusterbox.host.SshEntrances;
import dev.clusterbox.host.SshHost;
import dev.clusterbox.host.Sshd;
import dev.clusterbox.machine.MachineProvider;
import dev.clusterbox.machine.MachineProviderContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over SSH: the real VBoxManage behind a real sshd. Nothing may be left after each test. */
@NullUnmarked // what all tests share is set before them
final class VirtualBoxOverSshTest extends MachineProviderContract {

    @TempDir
    static Path scratch;

    private static TestBox box;
    private static Sshd sshd;
    private static SshHost host;
    private static ServerSocket gateway;
    private static SshEntrances entrances;
    private static String before;
    private static int installations;

    private MachineProvider provider;
    private String installation;

    @BeforeAll
    static void start() throws Exception {
        var real = RealVirtualBox.start(scratch.resolve("virtualbox"));
        box = new TestBox(real, real.template("clusterbox-image-tiny"));
        before = box.state();
        sshd = Sshd.forRoot(Files.createDirectory(scratch.resolve("ssh")), "GatewayPorts clientspecified");
        host = new SshHost(sshd.target());
        gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        entrances = new SshEntrances(host, InetSocketAddress.createUnresolved("127.0.0.1", gateway.getLocalPort()));
        Thread.ofVirtual().start(VirtualBoxOverSshTest::greet);
    }

    @AfterAll
    static void stop() throws IOException {
        if (host != null) {
            entrances.close();
            host.close();
            gateway.close();
            sshd.close();
        }
        if (box != null) {
            box.box().close();
        }
    }

    @Override
    protected MachineProvider provider() {
        installation = "remote-" + ++installations;
        provider = box.provider(installation, host, TestBox.STOP_PATIENCE, entrances);
        return provider;
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        if (provider != null) {
            for (var machine : provider.list()) {
                provider.delete(machine.name());
            }
            for (var network : provider.networks()) {
                provider.deleteNetwork(network.name());
            }
            assertEquals(before, box.state());
            assertEquals(List.of(), box.files(installation));
        }
    }

    @Test
    void a_machine_says_which_computer_it_is_on() throws Exception {
        var provider = provider();
        provider.createNetwork(NETWORK);

        assertEquals("build", provider.create(SPEC).host());
    }

    @Test
    void agents_come_in_at_the_computers_address_in_a_network_for_as_long_as_it_is_there() throws Exception {
        var provider = provider();
        var address = provider.createNetwork(NETWORK).hostAddress().toString();

        try (var agent = new Socket(address, gateway.getLocalPort())) {
            assertEquals('!', agent.getInputStream().read());
        }
        provider.deleteNetwork(NETWORK.name());

        assertThrows(IOException.class, () -> new Socket(address, gateway.getLocalPort()).close());
    }

    /** Each that comes: for every network that is made somebody first looks whether one can come in at all. */
    private static void greet() {
        while (!gateway.isClosed()) {
            try (var arrival = gateway.accept()) {
                arrival.getOutputStream().write('!');
            } catch (IOException _) {
                // who only looked has gone already, or the tests are over
            }
        }
    }
}

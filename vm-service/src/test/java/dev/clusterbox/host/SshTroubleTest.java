package dev.clusterbox.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.host.SshTarget.Credential;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can go wrong between here and a computer that is reached over SSH, with the real server. */
@NullUnmarked // the server is started before each test
final class SshTroubleTest {

    @TempDir
    Path scratch;

    private Sshd sshd;

    @BeforeEach
    void start() throws Exception {
        sshd = new Sshd(scratch);
    }

    @AfterEach
    void end() {
        sshd.close();
    }

    private Problem refusal(SshTarget target) {
        try (var host = new SshHost(target)) {
            return assertThrows(ProblemException.class, () -> host.run(Command.of("true")))
                    .problem();
        }
    }

    private static void says(Problem problem, Code code, String... words) {
        assertEquals(code, problem.code(), problem.toString());
        for (var word : words) {
            assertTrue(problem.toString().contains(word), problem + " (expected: " + word + ")");
        }
    }

    @Test
    void a_key_that_is_not_let_in_is_said_with_what_to_do() throws Exception {
        var other = sshd.newKey("other");

        says(
                refusal(sshd.target(new Credential.Key(other, Optional.empty()))),
                Code.FAILED,
                "host build (tester@127.0.0.1:",
                "it allows: publickey, password",
                "ssh-copy-id -i " + other + ".pub");
    }

    @Test
    void a_key_with_a_passphrase_opens_with_it_and_not_without() throws Exception {
        var key = sshd.newKey("key", "-N", "pass phrase");
        Files.copy(key.resolveSibling("key.pub"), sshd.mounts().seen("/mnt/keys"));
        sshd.allow("/mnt/keys");
        var right = sshd.secret("right", "pass phrase\n");
        var wrong = sshd.secret("wrong", "other\n");

        try (var host = new SshHost(sshd.target(new Credential.Key(key, Optional.of(right))))) {
            assertEquals(0, host.run(Command.of("true")).exitCode());
        }
        says(
                refusal(sshd.target(new Credential.Key(key, Optional.of(wrong)))),
                Code.FAILED,
                key.toString(),
                "passphrase");
        says(
                refusal(sshd.target(new Credential.Key(key, Optional.empty()))),
                Code.FAILED,
                key.toString(),
                "passphrase");
    }

    @Test
    void a_password_comes_from_a_file_that_is_for_its_owner_only() throws Exception {
        var right = sshd.secret("password", Sshd.PASSWORD + "\n");

        try (var host = new SshHost(sshd.target(new Credential.Password(right)))) {
            assertEquals("tester\n", host.run(Command.of("id", "-un")).orFail());
        }
        says(
                refusal(sshd.target(new Credential.Password(sshd.secret("wrong", "wrong\n")))),
                Code.FAILED,
                "does not let the user in with the password in " + scratch.resolve("wrong"));
        Files.setPosixFilePermissions(right, PosixFilePermissions.fromString("rw-r-----"));
        says(refusal(sshd.target(new Credential.Password(right))), Code.FAILED, "others have GROUP_READ", "chmod 600");
        says(
                refusal(sshd.target(new Credential.Password(scratch.resolve("nothing")))),
                Code.FAILED,
                scratch.resolve("nothing").toString());
    }

    @Test
    void a_key_that_others_may_read_is_not_used() throws Exception {
        Files.setPosixFilePermissions(scratch.resolve("key"), PosixFilePermissions.fromString("rw-r--r--"));

        says(refusal(sshd.target()), Code.FAILED, "chmod 600 " + scratch.resolve("key"));
    }

    @Test
    void a_computer_whose_key_is_not_known_is_refused_before_anything_is_shown_to_it() throws Exception {
        var target = sshd.target();
        var fingerprint = sshd.fingerprint();
        Files.delete(target.knownHosts());

        says(
                refusal(target),
                Code.FAILED,
                "is not known",
                fingerprint,
                "ssh-keyscan -p " + sshd.port() + " 127.0.0.1 >> " + target.knownHosts());
        Files.writeString(target.knownHosts(), "other.example " + Files.readString(scratch.resolve("host_key.pub")));
        says(refusal(target), Code.FAILED, "is not known");
        assertTrue(!sshd.log().contains("tester"), sshd.log());
    }

    @Test
    void the_advice_for_a_key_that_is_not_known_works_as_it_stands() throws Exception {
        var target = sshd.target();
        Files.delete(target.knownHosts());
        var advice = refusal(target).hint();

        assertEquals(
                0,
                new ProcessBuilder("sh", "-c", advice.substring(advice.indexOf(": ssh-keyscan") + 2))
                        .start()
                        .waitFor());

        try (var host = new SshHost(target)) {
            assertEquals(0, host.run(Command.of("true")).exitCode());
        }
    }

    @Test
    void a_computer_whose_key_has_changed_is_refused() throws Exception {
        var target = sshd.target();
        sshd.stop();
        sshd.newHostKey();
        sshd.start();

        says(
                refusal(target),
                Code.FAILED,
                "has changed",
                sshd.fingerprint(),
                "ssh-keygen -R '[127.0.0.1]:" + sshd.port() + "'");
    }

    @Test
    void a_connection_lost_during_a_command_is_said_and_the_next_command_has_a_new_one() throws Exception {
        try (var host = new SshHost(sshd.target())) {
            var command = Command.of("sh", "-c", "echo begun >&2; exec sleep 4247");

            var e = assertThrows(ProblemException.class, () -> host.run(command, _ -> sshd.dropConnections()));

            says(e.problem(), Code.UNAVAILABLE, "lost", "sleep 4247", "may still go on there");
            assertEquals("back\n", host.run(Command.of("echo", "back")).orFail());
            host.run(Command.of("sh", "-c", "pkill -f '^sleep 4247$'"));
        }
    }

    @Test
    void a_connection_lost_between_two_commands_is_not_noticed() throws Exception {
        try (var host = new SshHost(sshd.target())) {
            for (int i = 0; i < 3; i++) {
                assertEquals(i + "\n", host.run(Command.of("echo", "" + i)).orFail());
                sshd.dropConnections();
            }
        }
    }

    @Test
    void a_server_that_is_gone_is_said_and_is_used_again_when_it_is_back() throws Exception {
        try (var host = new SshHost(sshd.target())) {
            host.run(Command.of("true"));
            sshd.stop();

            var e = assertThrows(ProblemException.class, () -> host.run(Command.of("true")));
            says(e.problem(), Code.UNAVAILABLE, "cannot be reached", "Connection refused", "ssh -p " + sshd.port());

            sshd.start();
            assertEquals("back\n", host.run(Command.of("echo", "back")).orFail());
        }
    }

    @Test
    void an_upload_goes_on_where_a_lost_connection_has_left_it() throws Exception {
        var content = new byte[20_000_000];
        new Random().nextBytes(content);
        var file = Files.write(scratch.resolve("large"), content);
        var dropped = new AtomicBoolean();
        var progress = new ArrayList<Long>();
        try (var host = new SshHost(sshd.target())) {
            host.upload(file, Sshd.HOME + "/large", sum -> {
                progress.add(sum);
                if (sum > content.length / 2 && dropped.compareAndSet(false, true)) {
                    sshd.dropConnections();
                }
            });

            assertEquals(Checksum.of(file), Checksum.on(host, Sshd.HOME + "/large", content.length));
            assertEquals(List.of("large"), host.list(Sshd.HOME));
        }
        assertTrue(dropped.get());
        assertEquals(content.length, progress.getLast());
        // Little was sent twice: what was on its way when the connection was lost.
        assertTrue(progress.size() < content.length / SshFiles.PACKET * 3 / 2, "" + progress.size());
    }

    @Test
    void what_another_upload_has_left_damaged_is_sent_again() throws Exception {
        var file = Files.write(scratch.resolve("large"), new byte[200_000]);
        try (var host = new SshHost(sshd.target())) {
            var left = SshFiles.beside(Sshd.HOME + "/large", Checksum.of(file).substring(0, 16) + ".part");
            host.run(Command.of("sh", "-c", "head -c 100000 /dev/urandom >\"$1\"", "sh", left))
                    .orFail();

            host.upload(file, Sshd.HOME + "/large", _ -> {});

            assertEquals(Checksum.of(file), Checksum.on(host, Sshd.HOME + "/large", 200_000));
            assertEquals(List.of("large"), host.list(Sshd.HOME));
        }
    }

    @Test
    void a_tunnel_outlives_its_connection() throws Exception {
        try (var host = new SshHost(sshd.target());
                var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var tunnel = host.tunnel(server.getLocalPort())) {
            sshd.dropConnections();
            var greeted = new CountDownLatch(1);
            Thread.startVirtualThread(() -> greet(server, greeted));
            try (var client = new Socket(InetAddress.getLoopbackAddress(), tunnel.port())) {
                assertEquals('!', client.getInputStream().read());
            }
            greeted.await();
        }
    }

    @Test
    void machines_come_in_at_an_address_of_the_host_and_again_after_a_lost_connection() throws Exception {
        sshd.stop();
        sshd.configure("GatewayPorts clientspecified");
        sshd.start();
        try (var host = new SshHost(sshd.target());
                var gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var entrances = entrances(host, gateway.getLocalPort())) {
            Thread.startVirtualThread(() -> greetAll(gateway));
            entrances.open("127.0.7.1");
            entrances.open("127.0.7.1");
            entrances.open("127.0.7.2");
            assertEquals('!', met("127.0.7.1", gateway.getLocalPort()));
            assertEquals('!', met("127.0.7.2", gateway.getLocalPort()));

            sshd.dropConnections();
            assertEquals('!', met("127.0.7.1", gateway.getLocalPort()));

            entrances.close("127.0.7.1");
            assertThrows(IOException.class, () -> new Socket("127.0.7.1", gateway.getLocalPort()).close());
            assertEquals('!', met("127.0.7.2", gateway.getLocalPort()));
        }
    }

    /** OpenSSH ends a connection on which sshj refuses one. */
    @Test
    void a_gateway_that_is_away_costs_a_machine_its_call_and_nobody_the_connection() throws Exception {
        sshd.stop();
        sshd.configure("GatewayPorts clientspecified");
        sshd.start();
        int away = portWithNobodyBehind();
        try (var host = new SshHost(sshd.target());
                var entrances = entrances(host, away)) {
            entrances.open("127.0.7.1");
            // The process of sshd that has this connection.
            var server = Command.of("sh", "-c", "echo $PPID");
            var before = host.run(server).orFail();

            for (int call = 0; call < 3; call++) {
                try (var machine = new Socket("127.0.7.1", away)) {
                    assertEquals(-1, machine.getInputStream().read());
                }
            }

            assertEquals(before, host.run(server).orFail());
        }
    }

    private static int portWithNobodyBehind() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void a_host_that_opens_ports_on_its_loopback_only_is_said_with_both_ways_out() throws Exception {
        try (var host = new SshHost(sshd.target());
                var gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var entrances = entrances(host, gateway.getLocalPort())) {
            var e = assertThrows(ProblemException.class, () -> entrances.open("127.0.7.1"));

            says(
                    e.problem(),
                    Code.FAILED,
                    "only on its loopback",
                    "GatewayPorts clientspecified",
                    "clusterbox.agents.address");
        }
    }

    @Test
    void a_host_that_forwards_nothing_is_said() throws Exception {
        sshd.stop();
        sshd.configure("AllowTcpForwarding no");
        sshd.start();
        try (var host = new SshHost(sshd.target());
                var gateway = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var entrances = entrances(host, gateway.getLocalPort())) {
            var e = assertThrows(ProblemException.class, () -> entrances.open("127.0.7.1"));

            says(e.problem(), Code.UNAVAILABLE, "AllowTcpForwarding");
        }
    }

    private static SshEntrances entrances(SshHost host, int gateway) {
        return new SshEntrances(host, InetSocketAddress.createUnresolved("127.0.0.1", gateway));
    }

    private static void greetAll(ServerSocket server) {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                socket.getOutputStream().write('!');
            } catch (IOException _) {
                // the server is closed, or who came has left
            }
        }
    }

    /** What who comes in is told, once there is a way. */
    private static int met(String address, int port) throws Exception {
        long deadline = System.nanoTime() + 15_000_000_000L;
        while (true) {
            try (var socket = new Socket(address, port)) {
                int said = socket.getInputStream().read();
                if (said >= 0) {
                    return said;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(50);
        }
    }

    private static void greet(ServerSocket server, CountDownLatch done) {
        try (var socket = server.accept()) {
            socket.getOutputStream().write('!');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            done.countDown();
        }
    }

    @Test
    void a_shell_of_windows_is_refused() throws Exception {
        sshd.answer("'printf' is not recognized as an internal or external command,\n");

        says(refusal(sshd.target()), Code.FAILED, "is no POSIX shell", "is not recognized as an internal");
    }

    @Test
    void a_posix_shell_on_windows_is_refused_too() throws Exception {
        sshd.answer("a'b\\\\c!d\ne\nMINGW64_NT-10.0-19045\n/c/Users/tester\n");

        says(refusal(sshd.target()), Code.FAILED, "runs Windows", "Linux or macOS");
    }

    @Test
    void a_shell_that_quotes_in_another_way_is_refused() throws Exception {
        sshd.answer("a'b\\c!d\ne\nLinux\n/home/tester\n");

        says(refusal(sshd.target()), Code.FAILED, "is no POSIX shell", "chsh -s /bin/sh");
    }

    @Test
    void a_server_that_allows_fewer_sessions_is_said() throws Exception {
        sshd.stop();
        sshd.configure("MaxSessions 1");
        sshd.start();
        try (var host = new SshHost(sshd.target())) {
            var problem = new AtomicBoolean();
            host.run(Command.of("sh", "-c", "echo begun >&2; sleep 5"), _ -> {
                var e = assertThrows(ProblemException.class, () -> host.run(Command.of("true")));
                says(e.problem(), Code.UNAVAILABLE, "MaxSessions");
                problem.set(true);
            });
            assertTrue(problem.get());
        }
    }
}

package dev.clusterbox.host;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.Channel;
import net.schmizz.sshj.connection.channel.forwarded.RemotePortForwarder.Forward;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that the other computer's SSH server listens on, at an address of that computer, and that leads to a port that is
 * reached from here. It is there again, within seconds, when the connection or the address was away.
 */
final class SshReverse implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SshReverse.class);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(3);

    private static final int REACH_MILLIS = 5_000;

    private final SshConnection connection;
    private final Forward forward;
    private final InetSocketAddress to;
    private final ReentrantLock opening = new ReentrantLock();
    private final Thread keeper;

    /** The connection that it is open on, if it is. */
    private @Nullable SSHClient on;

    private SshReverse(SshConnection connection, Forward forward, InetSocketAddress to) {
        this.connection = connection;
        this.forward = forward;
        this.to = to;
        this.keeper = Thread.ofVirtual().name("reverse-" + forward).unstarted(this::keep);
    }

    /** Returns when it is open; a problem if the server does not open it there. */
    static SshReverse open(SshConnection connection, String address, int port, InetSocketAddress to)
            throws InterruptedException {
        var reverse = new SshReverse(connection, new Forward(address, port), to);
        reverse.ensure();
        reverse.keeper.start();
        return reverse;
    }

    private void ensure() throws InterruptedException {
        opening.lockInterruptibly();
        try {
            var client = connection.established().client();
            if (client.equals(on)) {
                return;
            }
            on = null;
            bind(client);
            on = client;
        } finally {
            opening.unlock();
        }
    }

    private void bind(SSHClient client) throws InterruptedException {
        try {
            client.getRemotePortForwarder().bind(forward, this::lead);
        } catch (IOException | IllegalStateException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new ProblemException(
                    Problem.unavailable(
                            "%s does not listen at %s for us: %s"
                                    .formatted(connection.target(), forward, e.getMessage()),
                            "its sshd_config needs 'AllowTcpForwarding yes', and nobody else may listen there"),
                    e);
        }
        // With GatewayPorts no, which is the default, sshd says yes and listens on its loopback (sshd_config(5)).
        try (var probe = client.newDirectConnection(forward.getAddress(), forward.getPort())) {
            LOG.debug("{} listens at {}: {}", connection.target(), forward, probe.isOpen());
        } catch (IOException | IllegalStateException e) {
            cancel(client);
            throw new ProblemException(
                    Problem.failed(
                            "%s does not let us listen at %s, only on its loopback"
                                    .formatted(connection.target(), forward),
                            "write 'GatewayPorts clientspecified' into its sshd_config and have sshd read it again; or set "
                                    + "clusterbox.agents.address of the gateway, and 'agents' of this host to none"),
                    e);
        }
    }

    /**
     * Leads one connection, which the library tells of in a thread of its own. It is taken before it is known whether it leads anywhere:
     * sshj's refusal lacks the language tag (RFC 4254, 5.1), for which OpenSSH ends the whole connection, "Invalid open failure message".
     */
    private void lead(Channel.Forwarded arrival) throws IOException {
        arrival.confirm();
        Thread.startVirtualThread(() -> {
            try (arrival;
                    var socket = new Socket()) {
                // A name is looked up now: in containers a service that is started again has another address.
                socket.connect(new InetSocketAddress(to.getHostString(), to.getPort()), REACH_MILLIS);
                SshPump.join(socket, arrival);
            } catch (IOException | InterruptedException e) {
                LOG.debug("a connection from {} ended", forward, e);
            }
        });
    }

    private void keep() {
        String said = "";
        while (true) {
            try {
                Thread.sleep(BETWEEN_LOOKS);
                ensure();
                said = "";
            } catch (ProblemException e) {
                if (!said.equals(e.problem().message())) {
                    said = e.problem().message();
                    LOG.warn("machines cannot reach {}: {}", to, e.problem());
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void cancel(SSHClient client) {
        try {
            client.getRemotePortForwarder().cancel(forward);
        } catch (IOException | IllegalStateException e) {
            LOG.debug("{} is not open any more", forward, e);
        }
    }

    @Override
    public void close() {
        keeper.interrupt();
        opening.lock();
        try {
            var client = on;
            if (client != null) {
                cancel(client);
            }
        } finally {
            opening.unlock();
        }
    }
}

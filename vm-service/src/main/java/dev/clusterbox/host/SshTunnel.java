package dev.clusterbox.host;

import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on a free port of our loopback. Each connection to it goes through the SSH connection that there is then. */
final class SshTunnel implements Tunnel {

    private static final Logger LOG = LoggerFactory.getLogger(SshTunnel.class);

    private static final int BACKLOG = 50;

    private final SshConnection connection;
    private final int remotePort;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private SshTunnel(SshConnection connection, int remotePort, ServerSocket listener) {
        this.connection = connection;
        this.remotePort = remotePort;
        this.listener = listener;
    }

    static SshTunnel to(SshConnection connection, int remotePort) throws InterruptedException {
        connection.established();
        try {
            var tunnel = new SshTunnel(
                    connection, remotePort, new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().name("tunnel-" + tunnel.port()).start(tunnel::accept);
            return tunnel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                open.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var channel = connection.established().client().newDirectConnection("127.0.0.1", remotePort)) {
            SshPump.join(socket, channel);
        } catch (IOException | ProblemException | IllegalStateException e) {
            LOG.info("a connection to port {} of {} ended: {}", remotePort, connection.target(), e.getMessage());
        } catch (InterruptedException _) {
            // closed
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

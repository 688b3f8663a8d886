package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.random.RandomGenerator;

/** A port of a host's loopback that nobody listens on. VirtualBox itself says nothing if a forwarded port is taken. */
final class FreePort {

    private static final int FIRST = 20_000;
    private static final int BEHIND_LAST = 32_000; // from there on, systems give ports to whoever asks for any
    private static final int ATTEMPTS = 20;
    private static final int PATIENCE_MILLIS = 1000;

    private FreePort() {}

    static int on(Host host) throws InterruptedException {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = RandomGenerator.getDefault().nextInt(FIRST, BEHIND_LAST);
            if (isFree(host, port)) {
                return port;
            }
        }
        throw Problem.unavailable("no free port was found on the loopback of %s".formatted(host.name()), "ask again")
                .asException();
    }

    /** A tunnel may only find out when it is used: then it ends the connection at once. */
    private static boolean isFree(Host host, int port) throws InterruptedException {
        try (var tunnel = host.tunnel(port);
                var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel.port()), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}

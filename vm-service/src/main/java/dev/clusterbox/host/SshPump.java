package dev.clusterbox.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.Channel;

/**
 * Sends on a channel without waiting inside of the library: when the other side closes a channel that a writer waits for
 * room in, the library's reader waits for that writer, and the whole connection stands still until it is given up.
 */
final class SshPump {

    private static final int BUFFER = 32 * 1024;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    private SshPump() {}

    /** Sends all that there is, and then the end of it. */
    static void send(InputStream in, Channel channel) throws IOException, InterruptedException {
        try (var out = channel.getOutputStream()) {
            var buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (int sent = 0; sent < read; ) {
                    int now = Math.min(read - sent, room(channel));
                    out.write(buffer, sent, now);
                    out.flush();
                    sent += now;
                }
            }
        }
    }

    private static int room(Channel channel) throws IOException, InterruptedException {
        while (channel.isOpen()) {
            long room = channel.getRemoteWinSize();
            if (room > 0) {
                return (int) Math.min(room, BUFFER);
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
        throw new ConnectionException("the other side has closed the channel");
    }

    /** Leads both ways, until both sides have ended. */
    static void join(Socket socket, Channel channel) throws IOException, InterruptedException {
        var up = Thread.startVirtualThread(() -> {
            try {
                send(socket.getInputStream(), channel);
            } catch (IOException | InterruptedException _) {
                // The other direction sees it too.
            }
        });
        channel.getInputStream().transferTo(socket.getOutputStream());
        socket.shutdownOutput();
        up.join();
    }
}

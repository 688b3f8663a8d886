package dev.clusterbox.slack;

import com.slack.api.bolt.response.Response;
import com.slack.api.bolt.socket_mode.SocketModeApp;
import com.slack.api.bolt.socket_mode.SocketModeApp.ErrorContext;
import com.slack.api.socket_mode.SocketModeClient.Backend;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Socket Mode: the bot calls Slack, so that no address of its own is needed. The client keeps the connection and opens it
 * anew when Slack asks for that or when it breaks; here it is only begun, as often as it takes.
 */
@Singleton
final class SocketMode {

    private static final Logger LOG = LoggerFactory.getLogger(SocketMode.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /** {@code apps.connections.open} is Tier 1: once a minute and a little more. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final SlackDoor door;
    private final Bolt bolt;
    private final BackgroundWork background;
    private volatile @Nullable SocketModeApp connected;

    SocketMode(SlackDoor door, Bolt bolt, BackgroundWork background) {
        this.door = door;
        this.bolt = bolt;
        this.background = background;
    }

    @EventListener
    void begin(ServerStartupEvent started) {
        door.appToken().ifPresent(token -> background.start(() -> connect(token)));
    }

    private void connect(String token) throws InterruptedException {
        var pause = FIRST_PAUSE;
        while (true) {
            SocketModeApp socket = null;
            try {
                socket = new SocketModeApp(token, Backend.JavaWebSocket, SocketMode::failed, bolt.app());
                socket.startAsync();
                connected = socket;
                LOG.info("commands come by Socket Mode");
                return;
            } catch (Exception e) {
                close(socket);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOG.warn("no Socket Mode yet, next attempt in {} s: {}", pause.toSeconds(), e.toString());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /** Acknowledged all the same: Slack would only send it again. */
    private static Response failed(ErrorContext context) {
        Problem problem;
        if (context.getException() instanceof ProblemException known) {
            problem = known.problem();
        } else {
            var id = UUID.randomUUID().toString().substring(0, 8);
            LOG.error("internal error {}", id, context.getException());
            problem = Problem.bug("slack-bot", id);
        }
        return Response.builder()
                .statusCode(200)
                .contentType("text/plain")
                .body(Ack.refusal(problem).text())
                .build();
    }

    /** A client that has not connected would go on trying by itself. */
    private static void close(@Nullable SocketModeApp socket) {
        if (socket == null || socket.getClient() == null) {
            return;
        }
        try {
            socket.getClient().setAutoReconnectEnabled(false);
            socket.getClient().close();
        } catch (IOException e) {
            LOG.debug("the connection was gone already", e);
        }
    }

    @PreDestroy
    void end() {
        close(connected);
    }
}

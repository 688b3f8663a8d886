package dev.clusterbox.slack;

import dev.clusterbox.standin.GatewayStandIn;
import dev.clusterbox.standin.SignedCommand;
import dev.clusterbox.standin.SlackStandIn;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The whole bot between the two stand-ins, with everything faster than in life. */
final class Bot implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final EmbeddedServer server;

    private Bot(EmbeddedServer server) {
        this.server = server;
    }

    static Bot start(Path folder, SlackStandIn slack, GatewayStandIn gateway, Map<String, Object> more)
            throws IOException {
        var settings = new HashMap<String, Object>();
        settings.put("micronaut.server.port", -1);
        settings.put("clusterbox.state", folder.resolve("state").toString());
        settings.put(
                "clusterbox.slack.signing-secret-file",
                SlackStandIn.file(folder, "signing-secret", SlackStandIn.SIGNING_SECRET));
        settings.put("clusterbox.slack.bot-token-file", SlackStandIn.file(folder, "bot-token", SlackStandIn.BOT_TOKEN));
        settings.put("clusterbox.slack.api-url", slack.apiUrl());
        settings.put("clusterbox.slack.hooks-url", slack.hooksUrl());
        settings.put("clusterbox.slack.update-interval", "50ms");
        settings.put("clusterbox.slack.call-interval", "20ms");
        settings.put("clusterbox.gateway.url", gateway.url());
        settings.put("clusterbox.gateway.token-file", SlackStandIn.file(folder, "gateway-token", GatewayStandIn.TOKEN));
        settings.put("clusterbox.gateway.timeout", "2s");
        settings.put("clusterbox.gateway.patience", "3s");
        settings.putAll(more);
        return new Bot(ApplicationContext.run(EmbeddedServer.class, settings));
    }

    URI commands() {
        return server.getURI().resolve("/slack/commands");
    }

    URI interactivity() {
        return server.getURI().resolve("/slack/interactivity");
    }

    URI at(String path) {
        return server.getURI().resolve(path);
    }

    HttpResponse<String> send(SignedCommand command) throws IOException, InterruptedException {
        return command.send(commands());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Ends it as SIGTERM does. */
    @Override
    public void close() {
        server.close();
    }
}

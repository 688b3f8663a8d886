package dev.clusterbox.agent.identity;

import dev.clusterbox.problem.Problem;
import java.net.URI;
import java.net.URISyntaxException;

/** Where the gateway listens for agents. Who it is, TLS proves. */
public record GatewayAddress(String host, int port) {

    /** Parses {@code HOST:PORT}, an IPv6 address in brackets. */
    public static GatewayAddress parse(String text) {
        try {
            var uri = new URI("gateway://" + text);
            if (uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getPort() > 0
                    && uri.getPort() < 65536
                    && text.equals(uri.getAuthority())) {
                return new GatewayAddress(uri.getHost(), uri.getPort());
            }
        } catch (URISyntaxException e) {
            // Refused below like every other text that is no address.
        }
        throw Problem.invalid("gateway: %s (expected: HOST:PORT)".formatted(text), "")
                .asException();
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}

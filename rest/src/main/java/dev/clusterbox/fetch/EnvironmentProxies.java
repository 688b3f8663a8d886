package dev.clusterbox.fetch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The proxy of {@code HTTPS_PROXY} and {@code HTTP_PROXY}, but for the hosts of {@code NO_PROXY}, as curl understands them.
 * The JVM's own properties ({@code https.proxyHost}) go before: then this is not used.
 */
public final class EnvironmentProxies extends ProxySelector {

    private final Map<String, String> environment;
    private final List<String> direct;

    private EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
        this.direct = Arrays.stream(variable(environment, "NO_PROXY").orElse("").split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    public static Optional<ProxySelector> find(Map<String, String> environment) {
        return !statedToTheJvm() && anyStated(environment)
                ? Optional.of(new EnvironmentProxies(environment))
                : Optional.empty();
    }

    private static boolean statedToTheJvm() {
        return System.getProperty("https.proxyHost") != null || System.getProperty("http.proxyHost") != null;
    }

    /** Whether there may be a proxy, which would look names up by itself. */
    public static boolean anyStated(Map<String, String> environment) {
        return statedToTheJvm()
                || Boolean.getBoolean("java.net.useSystemProxies")
                || variable(environment, "HTTPS_PROXY").isPresent()
                || variable(environment, "HTTP_PROXY").isPresent();
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(java.util.Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }

    @Override
    public List<Proxy> select(URI uri) {
        var name = "https".equals(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
        return List.of(
                isDirect(uri.getHost())
                        ? Proxy.NO_PROXY
                        : variable(environment, name)
                                .map(EnvironmentProxies::proxy)
                                .orElse(Proxy.NO_PROXY));
    }

    private boolean isDirect(String host) {
        return host.equals("localhost")
                || host.equals("127.0.0.1")
                || direct.stream()
                        .anyMatch(name -> name.equals("*")
                                || host.equals(name)
                                || host.endsWith(name.startsWith(".") ? name : "." + name));
    }

    private static Proxy proxy(String text) {
        var uri = URI.create(text.contains("://") ? text : "http://" + text);
        if (uri.getHost() == null) {
            throw new IllegalArgumentException("'%s' is no proxy (expected: http://HOST:PORT)".formatted(text));
        }
        return new Proxy(
                Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort()));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The request fails, which says it.
    }
}

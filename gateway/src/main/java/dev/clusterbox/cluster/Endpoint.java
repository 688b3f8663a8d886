package dev.clusterbox.cluster;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.regex.Pattern;

/**
 * Where something is reached from beyond the cluster's network: an IPv4 address of the machines' computer, or a name by which
 * others know that computer.
 */
@Serdeable
public record Endpoint(String host, int port) {

    private static final Pattern FORM = Pattern.compile("(?<host>[a-z0-9.-]{1,253}):(?<port>[1-9][0-9]{0,4})");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+");

    private static final Pattern NAME =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final int MOST = 65535;

    private static final String EVERY_ADDRESS = "0.0.0.0";

    /** @throws dev.clusterbox.problem.ProblemException if nobody could be sent there */
    public Endpoint {
        if (port < 1
                || port > MOST
                || !(isAddress(host) ? isReachable(host) : NAME.matcher(host).matches())) {
            throw refused(host + ":" + port);
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Endpoint parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw refused(text);
        }
        return new Endpoint(form.group("host"), Integer.parseInt(form.group("port")));
    }

    private static boolean isAddress(String host) {
        return ADDRESS.matcher(host).matches();
    }

    /** {@code 0.0.0.0} and what begins like it can be listened on, but not gone to (RFC 1122, 3.2.1.3). */
    private static boolean isReachable(String address) {
        return !address.startsWith("0.")
                && Subnet.parse("address", address + "/32").address(0).equals(address);
    }

    private static RuntimeException refused(String text) {
        return Problem.invalid(
                        "expose: '%s' (expected: HOST:PORT, an IPv4 address or a name in lower case)"
                                .formatted(text.length() > 60 ? text.substring(0, 60) + "…" : text),
                        "for example 10.0.0.5:6443, or 'none'")
                .asException();
    }

    /** As a certificate has it. */
    public String certificateName() {
        return (isAddress(host) ? "ip:" : "dns:") + host;
    }

    /** What is listened on: a name may lead to any of the computer's addresses. */
    public String listenAddress() {
        return isAddress(host) ? host : EVERY_ADDRESS;
    }

    @JsonValue
    @Override
    public String toString() {
        return host + ":" + port;
    }
}

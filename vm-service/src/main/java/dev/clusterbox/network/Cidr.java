package dev.clusterbox.network;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.util.List;
import java.util.regex.Pattern;

/** A range of addresses such as {@code 192.168.56.0/24}. */
@Serdeable
public record Cidr(Ipv4 network, int prefix) {

    private static final Pattern NOTATION =
            Pattern.compile("(?<network>[0-9.]{7,15})/(?<prefix>[0-9]|[12][0-9]|3[0-2])");

    /** RFC 1918. Another range would hide a part of the Internet from the host. */
    private static final List<Cidr> PRIVATE =
            List.of(parse("10.0.0.0/8"), parse("172.16.0.0/12"), parse("192.168.0.0/16"));

    /** Room for one load balancer, three controllers and nodes at the least; at the most what a bridge bears. */
    private static final int SMALLEST = 28;

    private static final int LARGEST = 16;

    public Cidr {
        if ((network.bits() & ~mask(prefix)) != 0) {
            throw Problem.invalid(
                            "range: %s/%d (expected: the first address of the range, %s/%d)"
                                    .formatted(network, prefix, new Ipv4(network.bits() & mask(prefix)), prefix),
                            "")
                    .asException();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Cidr parse(String text) {
        var match = NOTATION.matcher(text);
        if (!match.matches()) {
            throw Problem.invalid("range: '%s' (expected: a range such as 192.168.56.0/24)".formatted(text), "")
                    .asException();
        }
        return new Cidr(Ipv4.parse(match.group("network")), Integer.parseInt(match.group("prefix")));
    }

    /** The range that an interface with this address and prefix is in. */
    public static Cidr around(Ipv4 address, int prefix) {
        return new Cidr(new Ipv4(address.bits() & mask(prefix)), prefix);
    }

    /** A range that machines may stand in, or a problem. */
    public static Cidr parseForMachines(String text) {
        var range = parse(text);
        if (range.prefix < LARGEST || range.prefix > SMALLEST) {
            throw Problem.invalid(
                            "range: %s (expected: a prefix from /%d to /%d)".formatted(range, LARGEST, SMALLEST), "")
                    .asException();
        }
        if (PRIVATE.stream().noneMatch(area -> area.contains(range.network))) {
            throw Problem.invalid("range: %s (expected: inside one of %s)".formatted(range, PRIVATE), "")
                    .asException();
        }
        return range;
    }

    public boolean contains(Ipv4 address) {
        return (address.bits() & mask(prefix)) == network.bits();
    }

    public boolean overlaps(Cidr other) {
        return contains(other.network) || other.contains(network);
    }

    /** The first address: the host's. */
    public Ipv4 host() {
        return new Ipv4(network.bits() + 1);
    }

    /** Whether a machine may have it: in the range, and none of network, host and broadcast address. */
    public boolean isForMachine(Ipv4 address) {
        return contains(address) && address.compareTo(host()) > 0 && address.bits() != (network.bits() | ~mask(prefix));
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (32 - prefix);
    }

    @JsonValue
    @Override
    public String toString() {
        return network + "/" + prefix;
    }
}

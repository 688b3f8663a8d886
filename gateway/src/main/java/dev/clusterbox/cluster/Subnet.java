package dev.clusterbox.cluster;

import dev.clusterbox.problem.Problem;
import java.util.regex.Pattern;

/** A range of IPv4 addresses in CIDR notation (RFC 4632), its host bits all zero. */
public record Subnet(int network, int prefix) {

    private static final Pattern CIDR =
            Pattern.compile("(?<a>\\d{1,3})\\.(?<b>\\d{1,3})\\.(?<c>\\d{1,3})\\.(?<d>\\d{1,3})/(?<prefix>\\d{1,2})");

    /**
     * @param field what the text is, for the message: "subnet"
     * @throws dev.clusterbox.problem.ProblemException if it is not a range, or has bits set right of its prefix
     */
    public static Subnet parse(String field, String text) {
        var match = CIDR.matcher(text);
        if (match.matches()) {
            long address = 0;
            boolean octets = true;
            for (var group : new String[] {"a", "b", "c", "d"}) {
                int octet = Integer.parseInt(match.group(group));
                octets &= octet <= 255;
                address = address << 8 | octet;
            }
            int prefix = Integer.parseInt(match.group("prefix"));
            if (octets && prefix <= 32 && (address & ~mask(prefix) & 0xFFFFFFFFL) == 0) {
                return new Subnet((int) address, prefix);
            }
        }
        throw Problem.invalid(
                        "%s: '%s' (expected: an IPv4 range without host bits)"
                                .formatted(field, text.length() > 40 ? text.substring(0, 40) + "…" : text),
                        "for example 192.168.56.0/24")
                .asException();
    }

    private static long mask(int prefix) {
        return prefix == 0 ? 0 : 0xFFFFFFFFL << (32 - prefix) & 0xFFFFFFFFL;
    }

    public boolean overlaps(Subnet other) {
        long mask = mask(Math.min(prefix, other.prefix));
        return (network & mask) == (other.network & mask);
    }

    public boolean contains(Subnet other) {
        return other.prefix >= prefix && overlaps(other);
    }

    /** The address at this distance from the start of the range. */
    public String address(int offset) {
        int address = network + offset;
        return "%d.%d.%d.%d".formatted(address >>> 24, address >>> 16 & 255, address >>> 8 & 255, address & 255);
    }

    /** The range of the same size, this many ranges further on. */
    public Subnet next(int count) {
        return new Subnet(network + (count << (32 - prefix)), prefix);
    }

    @Override
    public String toString() {
        return address(0) + "/" + prefix;
    }
}

package dev.clusterbox.pki.request;

import dev.clusterbox.pki.rule.Rule;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A name that a certificate is good for, in the one form that we write it in: DNS names in lower case, addresses as RFC
 * 5952 has them. Nothing here asks a name server.
 */
public record AlternativeName(Kind kind, String value) implements Comparable<AlternativeName> {

    /** No label begins or ends with a hyphen, or has two at its third place: those are kept for internationalized names. */
    private static final Pattern LABEL = Pattern.compile("(?!..--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final int LONGEST_DNS_NAME = 253;
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3}\\.){3}\\d{1,3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]{2,39}");

    public enum Kind {
        DNS,
        IP
    }

    /** Takes {@code dns:NAME} or {@code ip:ADDRESS}. */
    public static AlternativeName parse(String text) {
        int colon = text.indexOf(':');
        var value = text.substring(colon + 1);
        return switch (colon < 0 ? "" : text.substring(0, colon)) {
            case "dns" -> dns(value);
            case "ip" -> ip(value);
            default -> throw Rule.NAME_TYPES.refuses(text, "dns:NAME or ip:ADDRESS");
        };
    }

    static AlternativeName dns(String text) {
        if (text.contains("*")) {
            throw Rule.NO_WILDCARD.refuses(text, "a whole name");
        }
        var name = text.toLowerCase(Locale.ROOT);
        var labels = name.split("\\.", -1);
        for (var label : labels) {
            if (!LABEL.matcher(label).matches()) {
                throw refuseDns(text);
            }
        }
        // What ends in a number is taken for an IPv4 address by browsers and by inet_aton.
        if (name.length() > LONGEST_DNS_NAME
                || NUMBER.matcher(labels[labels.length - 1]).matches()) {
            throw refuseDns(text);
        }
        return new AlternativeName(Kind.DNS, name);
    }

    static AlternativeName ip(String text) {
        if (!IPV4.matcher(text).matches()
                && !(text.contains(":") && IPV6.matcher(text).matches())) {
            throw refuseIp(text);
        }
        try {
            return ip(InetAddress.ofLiteral(text), !text.contains(":"), text);
        } catch (IllegalArgumentException e) {
            throw refuseIp(text);
        }
    }

    /** @param octets as in the extension: 4 or 16 */
    public static AlternativeName ip(byte[] octets) {
        try {
            return ip(InetAddress.getByAddress(octets), octets.length == 4, octets.length + " octets");
        } catch (UnknownHostException e) {
            throw refuseIp(octets.length + " octets");
        }
    }

    /** Java turns an IPv6 address with an IPv4 address in it into the latter, which is not what was asked for. */
    private static AlternativeName ip(InetAddress address, boolean four, String text) {
        if (four != address instanceof Inet4Address
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || address.getHostAddress().equals("255.255.255.255")) {
            throw refuseIp(text);
        }
        return new AlternativeName(Kind.IP, shortest(address));
    }

    public GeneralName encoded() {
        return switch (kind) {
            case DNS -> new GeneralName(GeneralName.dNSName, new DERIA5String(value));
            case IP ->
                new GeneralName(
                        GeneralName.iPAddress,
                        new DEROctetString(InetAddress.ofLiteral(value).getAddress()));
        };
    }

    @Override
    public int compareTo(AlternativeName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + value;
    }

    /** RFC 5952, 4.2: the longest row of two or more zero groups becomes a double colon, the first of equals. */
    private static String shortest(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        var groups = address.getHostAddress().split(":", -1);
        int start = -1;
        int longest = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end].equals("0")) {
                end++;
            }
            if (end - i > longest) {
                start = i;
                longest = end - i;
            }
        }
        if (start < 0) {
            return String.join(":", groups);
        }
        var all = List.of(groups);
        return String.join(":", all.subList(0, start)) + "::"
                + String.join(":", all.subList(start + longest, all.size()));
    }

    private static RuntimeException refuseDns(String text) {
        return Rule.DNS_NAME.refuses(
                text,
                "labels of 1 to 63 letters, digits and hyphens inside, the last one no number, 253 characters in all");
    }

    private static RuntimeException refuseIp(String text) {
        return Rule.IP_ADDRESS.refuses(text, "the address of one interface, IPv4 with four numbers, or IPv6");
    }
}

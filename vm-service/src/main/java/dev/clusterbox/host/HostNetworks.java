package dev.clusterbox.host;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which addresses this host itself needs. Asked of the kernel without starting a process. */
public final class HostNetworks {

    private static final Pattern NAME_SERVER = Pattern.compile("nameserver\\s+(?<address>[0-9.]+)\\s*");

    /** A route to half of the Internet is a VPN's way to say "everything", and no place in particular. */
    private static final int WIDEST = 8;

    private HostNetworks() {}

    /**
     * A network that the host uses.
     *
     * @param by an interface, or what else uses it, for people
     */
    public record Used(Cidr range, String by) {}

    /** Networks of interfaces and routes, and name servers; without the interfaces that are not asked about. */
    public static List<Used> used(Predicate<String> ours) {
        try {
            var all = new ArrayList<Used>();
            for (var card : NetworkInterface.networkInterfaces().toList()) {
                if (!card.isLoopback() && !ours.test(card.getName())) {
                    card.getInterfaceAddresses().stream()
                            .filter(address -> address.getAddress() instanceof Inet4Address)
                            .map(address -> Cidr.around(
                                    Ipv4.parse(address.getAddress().getHostAddress()),
                                    address.getNetworkPrefixLength()))
                            .forEach(range -> all.add(new Used(range, card.getName())));
                }
            }
            routes(lines(Path.of("/proc/net/route"))).stream()
                    .filter(used -> !ours.test(used.by()))
                    .forEach(all::add);
            nameServers().forEach(address -> all.add(new Used(new Cidr(address, 32), "a name server of the host")));
            return all.stream().distinct().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The kernel's routing table: interface, destination and so on; addresses in hexadecimal, lowest byte first. */
    static List<Used> routes(List<String> table) {
        return table.stream()
                .skip(1)
                .map(line -> line.split("\\s+"))
                .filter(fields -> fields.length > 7)
                .map(fields -> new Used(
                        Cidr.around(
                                address(fields[1]),
                                Integer.bitCount(address(fields[7]).bits())),
                        fields[0]))
                .filter(used -> used.range().prefix() >= WIDEST)
                .toList();
    }

    private static Ipv4 address(String hexadecimal) {
        return new Ipv4(Integer.reverseBytes(Integer.parseUnsignedInt(hexadecimal, 16)));
    }

    /**
     * The name servers that a machine can reach too. One on a loopback address is the host's own; systemd-resolved keeps
     * those behind it in a file of its own.
     */
    public static List<Ipv4> nameServers() {
        return Stream.of("/etc/resolv.conf", "/run/systemd/resolve/resolv.conf")
                .map(file -> nameServers(lines(Path.of(file))))
                .filter(servers -> !servers.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    static List<Ipv4> nameServers(List<String> resolver) {
        var loopback = Cidr.parse("127.0.0.0/8");
        return resolver.stream()
                .map(NAME_SERVER::matcher)
                .filter(line -> line.matches())
                .map(line -> Ipv4.parse(line.group("address")))
                .filter(address -> !loopback.contains(address))
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}

package dev.clusterbox.virtualbox;

import dev.clusterbox.network.Cidr;
import dev.clusterbox.problem.ProblemException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which ranges VirtualBox allows for host-only interfaces: {@code /etc/vbox/networks.conf}, since 6.1.28 (the manual's
 * chapter on host-only networking, and ticket 20626). Lines that begin with an asterisk name ranges, separated by blanks;
 * all others say nothing. A file that is there takes the place of the default, also when it names no range.
 */
record NetworksConf(List<Cidr> allowed) {

    static final String FILE = "/etc/vbox/networks.conf";

    private static final NetworksConf DEFAULT = new NetworksConf(List.of(Cidr.parse("192.168.56.0/21")));

    /** @param text of the file; nothing where there is none */
    static NetworksConf parse(Optional<String> text) {
        return text.map(lines -> new NetworksConf(lines.lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("*"))
                        .flatMap(line -> Stream.of(line.substring(1).strip().split("\\s+")))
                        .flatMap(range -> range(range).stream())
                        .toList()))
                .orElse(DEFAULT);
    }

    /** Ranges of IPv6 say nothing about ours, and what is no range says nothing at all. */
    private static Optional<Cidr> range(String text) {
        try {
            return Optional.of(Cidr.parse(text));
        } catch (ProblemException _) {
            return Optional.empty();
        }
    }

    boolean allows(Cidr range) {
        return allowed.stream().anyMatch(area -> area.prefix() <= range.prefix() && area.contains(range.network()));
    }

    @Override
    public String toString() {
        return allowed.isEmpty()
                ? "no range"
                : allowed.stream().map(Cidr::toString).collect(Collectors.joining(" "));
    }
}

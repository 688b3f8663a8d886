package dev.clusterbox.host;

import dev.clusterbox.host.HostNetworks.Used;
import dev.clusterbox.network.Cidr;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another computer says of itself, Linux or macOS, asked for with one command. */
public final class RemoteLook {

    /** Each part begins with a line of its own; what a computer does not have is empty. */
    private static final String SCRIPT = """
            part() { echo "==$1"; shift; "$@" 2>/dev/null || true; }
            part system uname -s
            part machine uname -m
            part cpus getconf _NPROCESSORS_ONLN
            part meminfo cat /proc/meminfo
            part memsize sysctl -n hw.memsize
            part vm_stat vm_stat
            part ip ip -o -4 address show
            part ifconfig ifconfig -a
            part route cat /proc/net/route
            part netstat netstat -rn -f inet
            part resolver cat /etc/resolv.conf
            part resolved cat /run/systemd/resolve/resolv.conf
            """;

    private static final Pattern MEMORY = Pattern.compile("(?<name>MemTotal|MemAvailable): +(?<kib>[0-9]+) kB");
    private static final Pattern PAGE_SIZE = Pattern.compile("page size of (?<bytes>[0-9]+) bytes");
    private static final Pattern PAGES =
            Pattern.compile("Pages (free|inactive|purgeable|speculative): +(?<pages>[0-9]+)\\.");

    /** {@code 2: eth0    inet 10.0.0.5/24 brd …} */
    private static final Pattern IP =
            Pattern.compile("[0-9]+: (?<link>\\S+) +inet (?<address>[0-9.]+)/(?<prefix>[0-9]+) .*");

    private static final Pattern LINK = Pattern.compile("(?<link>[^\\s:]+):? .*");

    /** {@code inet 10.0.0.5 netmask 0xffffff00} on macOS, {@code inet 10.0.0.5  netmask 255.255.255.0} on Linux. */
    private static final Pattern INET =
            Pattern.compile("\\s+inet (?<address>[0-9.]+)(?: --> \\S+)?\\s+netmask (?<mask>\\S+).*");

    /** {@code 10/24  link#4  UCS  en0}, where trailing zeros of the address are left out. */
    private static final Pattern NETSTAT =
            Pattern.compile("(?<address>[0-9]+(\\.[0-9]+){0,3})/(?<prefix>[0-9]+)\\s+\\S+\\s+\\S+\\s+(?<link>\\S+).*");

    private static final Cidr LOOPBACK = Cidr.parse("127.0.0.0/8");
    private static final int WIDEST = 8;
    private static final int MIB_SHIFT = 20;

    private final Map<String, List<String>> parts;

    private RemoteLook(Map<String, List<String>> parts) {
        this.parts = parts;
    }

    public static RemoteLook at(Host host) throws InterruptedException {
        return parse(host.run(Command.of("sh", "-c", SCRIPT)).orFail());
    }

    static RemoteLook parse(String printed) {
        var parts = new HashMap<String, List<String>>();
        var lines = new ArrayList<String>();
        for (var line : printed.lines().toList()) {
            if (line.startsWith("==")) {
                lines = new ArrayList<>();
                parts.put(line.substring(2), lines);
            } else {
                lines.add(line);
            }
        }
        return new RemoteLook(parts);
    }

    /**
     * The same that is told of this computer.
     *
     * @param diskFreeMiB where machines are kept
     * @param ours interfaces that do not count as used, because they were made here
     */
    public HostFacts facts(long diskFreeMiB, Predicate<String> ours) {
        var networks = new TreeSet<String>();
        used(ours).forEach(used -> networks.add(used.range().toString()));
        return new HostFacts(
                memory("MemTotal").orElseGet(this::memoryOfMac),
                memory("MemAvailable").orElseGet(this::availableOfMac),
                (int) number("cpus"),
                diskFreeMiB,
                first("machine"),
                List.copyOf(networks));
    }

    /** What the kernel calls itself: {@code Linux}, {@code Darwin}. */
    public String system() {
        return first("system");
    }

    /** Networks of interfaces and routes, and name servers; without the interfaces that are not asked about. */
    public List<Used> used(Predicate<String> ours) {
        var all = new ArrayList<Used>();
        all.addAll(lines("ip").isEmpty() ? ofIfconfig(lines("ifconfig")) : ofIp(lines("ip")));
        all.addAll(HostNetworks.routes(lines("route")));
        all.addAll(ofNetstat(lines("netstat")));
        all.removeIf(
                used -> ours.test(used.by()) || LOOPBACK.contains(used.range().network()));
        var servers = HostNetworks.nameServers(lines("resolver"));
        for (var server : servers.isEmpty() ? HostNetworks.nameServers(lines("resolved")) : servers) {
            all.add(new Used(new Cidr(server, 32), "a name server of the host"));
        }
        return all.stream().distinct().toList();
    }

    private static List<Used> ofIp(List<String> lines) {
        return lines.stream()
                .map(IP::matcher)
                .filter(Matcher::matches)
                .map(line -> new Used(
                        Cidr.around(Ipv4.parse(line.group("address")), Integer.parseInt(line.group("prefix"))),
                        line.group("link")))
                .toList();
    }

    private static List<Used> ofIfconfig(List<String> lines) {
        var all = new ArrayList<Used>();
        var name = "";
        for (var line : lines) {
            var link = LINK.matcher(line);
            var inet = INET.matcher(line);
            if (link.matches()) {
                name = link.group("link");
            } else if (inet.matches()) {
                all.add(new Used(Cidr.around(Ipv4.parse(inet.group("address")), prefix(inet.group("mask"))), name));
            }
        }
        return all;
    }

    private static int prefix(String mask) {
        return Integer.bitCount(
                mask.startsWith("0x")
                        ? Integer.parseUnsignedInt(mask.substring(2), 16)
                        : Ipv4.parse(mask).bits());
    }

    private static List<Used> ofNetstat(List<String> lines) {
        return lines.stream()
                .map(NETSTAT::matcher)
                .filter(Matcher::matches)
                .map(line -> new Used(
                        Cidr.around(whole(line.group("address")), Integer.parseInt(line.group("prefix"))),
                        line.group("link")))
                .filter(used -> used.range().prefix() >= WIDEST)
                .toList();
    }

    private static Ipv4 whole(String address) {
        long dots = address.chars().filter(c -> c == '.').count();
        return Ipv4.parse(address + ".0".repeat((int) (3 - dots)));
    }

    private Optional<Long> memory(String name) {
        return lines("meminfo").stream()
                .map(MEMORY::matcher)
                .filter(line -> line.matches() && line.group("name").equals(name))
                .map(line -> Long.parseLong(line.group("kib")) >> 10)
                .findFirst();
    }

    private long memoryOfMac() {
        return number("memsize") >> MIB_SHIFT;
    }

    /** What is free, and what holds nothing that could not be read again. */
    private long availableOfMac() {
        long pageSize = 0;
        long pages = 0;
        for (var line : lines("vm_stat")) {
            var size = PAGE_SIZE.matcher(line);
            var count = PAGES.matcher(line);
            if (size.find()) {
                pageSize = Long.parseLong(size.group("bytes"));
            } else if (count.matches()) {
                pages += Long.parseLong(count.group("pages"));
            }
        }
        return (pages * pageSize) >> MIB_SHIFT;
    }

    private long number(String part) {
        try {
            return Long.parseLong(first(part));
        } catch (NumberFormatException e) {
            throw Problem.failed(
                            "the computer does not tell its %s: '%s'".formatted(part, first(part)),
                            "Linux and macOS are expected there")
                    .asException();
        }
    }

    private String first(String part) {
        return lines(part).stream().findFirst().orElse("").strip();
    }

    private List<String> lines(String part) {
        return parts.getOrDefault(part, List.of());
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.host.HostNetworks;
import dev.clusterbox.host.Hosts;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.machine.Availability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What systemd-nspawn machines need of a host, and what to do where it is missing. */
final class Requirements {

    /** Programs and the Debian and Ubuntu packages that have them. */
    private static final Map<String, String> PROGRAMS = new LinkedHashMap<>();

    static {
        PROGRAMS.put("systemd-nspawn", "systemd-container");
        PROGRAMS.put("mmdebstrap", "mmdebstrap");
        PROGRAMS.put("nft", "nftables");
        PROGRAMS.put("ip", "iproute2");
        PROGRAMS.put("nsenter", "util-linux");
        PROGRAMS.put("chattr", "e2fsprogs");
    }

    /** Mounting, and joining namespaces: bit 21 (capabilities(7)). Root in a confined container lacks it. */
    private static final long CAP_SYS_ADMIN = 1L << 21;

    private static final Path BRIDGED_PACKETS = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");
    private static final Path INOTIFY = Path.of("/proc/sys/fs/inotify/max_user_instances");

    /** The usual size: a load balancer, three controllers, three nodes. */
    private static final int A_CLUSTER = 7;

    /** Of such a cluster with Kubernetes on it, counted; nodes have more, the others fewer. */
    private static final long INOTIFY_OF_A_MACHINE = 12;

    private static final long OTHERS_INOTIFY = 20;

    private Requirements() {}

    /**
     * Looks at this host.
     *
     * @param folders those that are named in mounts
     * @param machines how many are here already
     */
    static Availability availability(List<Path> folders, int machines) {
        var missing = missing(folders);
        return new Availability(
                Nspawn.NAME,
                missing.isEmpty(),
                missing.orElse("systemd-nspawn machines can be made here; they share this host's kernel"),
                missing.isEmpty() ? warnings(machines) : List.of());
    }

    private static Optional<String> missing(List<Path> folders) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("systemd-nspawn needs Linux (this is %s)".formatted(System.getProperty("os.name")));
        }
        if (!isRoot()) {
            return Optional.of("systemd-nspawn needs root: start vm-service with sudo");
        }
        if ((capabilities() & CAP_SYS_ADMIN) == 0) {
            return Optional.of("root may not mount here (no CAP_SYS_ADMIN): run this container with --privileged");
        }
        var programs = PROGRAMS.entrySet().stream()
                .filter(program -> LocalRunner.find(program.getKey()).isEmpty())
                .toList();
        if (!programs.isEmpty()) {
            return Optional.of("%s missing: type 'apt-get install %s'"
                    .formatted(
                            programs.stream().map(Map.Entry::getKey).collect(Collectors.joining(", ")),
                            programs.stream()
                                    .map(Map.Entry::getValue)
                                    .distinct()
                                    .collect(Collectors.joining(" "))));
        }
        return folders.stream()
                .filter(folder -> !isMountable(folder))
                .map(folder ->
                        "the path %s has blanks, colons, commas, quotes or backslashes, which mounts do not take: use another"
                                .formatted(folder))
                .findFirst();
    }

    /** Whether a mount's options, and an argument of systemd-nspawn, take it for one path. */
    static boolean isMountable(Path path) {
        return !path.toString().matches("(?s).*[\\s:,\\\\\"'].*");
    }

    private static List<String> warnings(int machines) {
        var warnings = new ArrayList<String>();
        if (HostNetworks.nameServers().isEmpty()) {
            warnings.add("this host has no name server that machines can reach: they will not resolve names");
        }
        if (!Files.exists(BRIDGED_PACKETS)) {
            warnings.add("the kernel's module br_netfilter is not loaded: pods on one node do not reach each other by a"
                    + " service's address; type 'modprobe br_netfilter'");
        }
        inotify(machines, number(INOTIFY)).ifPresent(warnings::add);
        return List.copyOf(warnings);
    }

    /** All machines are the same user to the kernel, and share what one user may have. */
    static Optional<String> inotify(int machines, long limit) {
        long needed = OTHERS_INOTIFY + INOTIFY_OF_A_MACHINE * (machines + A_CLUSTER);
        return limit >= needed
                ? Optional.empty()
                : Optional.of(
                        ("fs.inotify.max_user_instances is %d; with %d machines here and a cluster of %d more, some %d are"
                                        + " used: type 'sysctl -w fs.inotify.max_user_instances=1024'")
                                .formatted(limit, machines, A_CLUSTER, needed));
    }

    private static long number(Path file) {
        try {
            return Long.parseLong(Hosts.setting(file));
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE; // a kernel without that limit
        }
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            return false;
        }
    }

    private static long capabilities() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}

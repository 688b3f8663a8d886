package dev.clusterbox.nspawn;

import dev.clusterbox.host.HostNetworks;
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

    private Requirements() {}

    static Availability availability(Path folder) {
        var missing = missing(folder);
        return new Availability(
                Nspawn.NAME,
                missing.isEmpty(),
                missing.orElse("systemd-nspawn machines can be made here; they share this host's kernel"),
                missing.isEmpty() ? warnings() : List.of());
    }

    private static Optional<String> missing(Path folder) {
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
        if (folder.toString().matches(".*[\\s:,\\\\\"'].*")) {
            return Optional.of("the path %s has blanks, colons, commas, quotes or backslashes, which overlay mounts do"
                            .formatted(folder)
                    + " not take: keep the state somewhere else");
        }
        return Optional.empty();
    }

    private static List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (HostNetworks.nameServers().isEmpty()) {
            warnings.add("this host has no name server that machines can reach: they will not resolve names");
        }
        return List.copyOf(warnings);
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

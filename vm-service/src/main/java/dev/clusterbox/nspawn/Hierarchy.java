package dev.clusterbox.nspawn;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A mounted hierarchy of control groups: one for each controller in version 1, one for all in version 2, and hosts that
 * have both.
 *
 * @param controllers of version 1; {@code name=systemd} counts as one. Empty for version 2
 */
record Hierarchy(Path mount, boolean unified, Set<String> controllers) {

    static final String SYSTEMD = "name=systemd";

    /** Reads {@code /proc/self/mountinfo} (proc(5)). */
    static List<Hierarchy> parse(List<String> mountInfo) {
        return mountInfo.stream().flatMap(Hierarchy::parse).distinct().toList();
    }

    private static Stream<Hierarchy> parse(String line) {
        var parts = line.split(" - ", 2);
        if (parts.length < 2) {
            return Stream.of();
        }
        var mount = Path.of(parts[0].split(" ", -1)[4]);
        var fields = parts[1].split(" ", -1);
        return switch (fields[0]) {
            case "cgroup2" -> Stream.of(new Hierarchy(mount, true, Set.of()));
            case "cgroup" -> Stream.of(new Hierarchy(mount, false, controllers(fields[2])));
            default -> Stream.of();
        };
    }

    private static Set<String> controllers(String options) {
        var all = Set.of("rw", "ro", "xattr", "clone_children", "noprefix", "cpuset_v2_mode");
        return Set.copyOf(Stream.of(options.split(","))
                .filter(option -> !all.contains(option) && !option.startsWith("release_agent="))
                .toList());
    }
}

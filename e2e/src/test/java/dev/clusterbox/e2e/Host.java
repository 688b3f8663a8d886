package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The computer that machines are made on: everything that a machine could leave behind. */
final class Host {

    private Host() {}

    /** What stands where, by kind. */
    static Map<String, Set<String>> snapshot() throws IOException, InterruptedException {
        var found = new TreeMap<String, Set<String>>();
        found.put("mounts", lines(Files.readString(Path.of("/proc/self/mountinfo")), " ", 4));
        found.put("interfaces", lines(run("ip", "-o", "link"), ": ", 1));
        found.put("namespaces", lines(run("ip", "netns", "list"), " ", 0));
        found.put("firewall", lines(run("nft", "list", "tables"), "\n", 0));
        found.put("forwarding", lines(Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward")), "\n", 0));
        found.put("control groups", controlGroups());
        found.put("processes", processes());
        return found;
    }

    /** Fails with the difference if the host does not become as it was; the kernel takes a moment to let go. */
    static void assertBecomes(Map<String, Set<String>> before) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        var now = snapshot();
        while (!now.equals(before) && System.nanoTime() < end) {
            Thread.sleep(100);
            now = snapshot();
        }
        assertEquals(before, now);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        return Run.of(Duration.ofSeconds(20), Map.of(), List.of(command))
                .succeeded()
                .output();
    }

    private static Set<String> lines(String text, String separator, int field) {
        var set = new TreeSet<String>();
        text.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> set.add(line.split(separator, -1)[field].replaceFirst("@.*", "")));
        return set;
    }

    private static Set<String> controlGroups() throws IOException {
        try (var folders = Files.walk(Path.of("/sys/fs/cgroup"))) {
            var set = new TreeSet<String>();
            folders.filter(Files::isDirectory).forEach(folder -> set.add(folder.toString()));
            return set;
        }
    }

    /** Those of machines: their PID 1 and what started it. */
    private static Set<String> processes() {
        var set = new TreeSet<String>();
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .command()
                        .filter(command -> command.contains("systemd") || command.contains("/opt/clusterbox/"))
                        .isPresent())
                .forEach(process ->
                        set.add(process.pid() + " " + process.info().command().orElseThrow()));
        return set;
    }
}

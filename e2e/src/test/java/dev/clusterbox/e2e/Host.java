package dev.clusterbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The computer that machines are made on: everything that a machine could leave behind. The network is the tests' own; of what
 * they share with the rest of the host, what bears the tests' names or uses their folders is looked at: another cluster of this
 * host may come and go.
 */
final class Host {

    private static final Path STATES = Path.of(System.getProperty("clusterbox.home"))
            .toAbsolutePath()
            .normalize()
            .resolve("e2e/target/state");

    private Host() {}

    /** What stands where, by kind. */
    static Map<String, Set<String>> snapshot() throws IOException, InterruptedException {
        var found = new TreeMap<String, Set<String>>();
        found.put("interfaces", fields(run("ip", "-o", "link"), ": ", 1));
        found.put("routes", fields(run("ip", "route"), "\n", 0));
        found.put("firewall", fields(run("nft", "list", "tables"), "\n", 0));
        found.put("forwarding", fields(Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward")), "\n", 0));
        found.put(
                "mounts", ours(Files.readString(Path.of("/proc/self/mountinfo")).lines()));
        found.put("namespaces", ours(run("ip", "netns", "list").lines()));
        try (var folders = Files.walk(Path.of("/sys/fs/cgroup"))) {
            found.put("control groups", ours(folders.filter(Files::isDirectory).map(Path::toString)));
        }
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

    /** The bridges in this network namespace. */
    static Set<String> bridges() throws IOException, InterruptedException {
        return fields(run("ip", "-o", "link", "show", "type", "bridge"), ": ", 1);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        return Run.of(Duration.ofSeconds(20), Map.of(), List.of(command))
                .succeeded()
                .output();
    }

    private static Set<String> fields(String text, String separator, int field) {
        var set = new TreeSet<String>();
        text.lines()
                .filter(line -> !line.isBlank())
                .forEach(line -> set.add(line.split(separator, -1)[field].replaceFirst("@.*", "")));
        return set;
    }

    private static Set<String> ours(Stream<String> lines) {
        var marks = marks();
        return lines.filter(line -> marks.stream().anyMatch(line::contains))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The folder of the tests, and the mark that vm-service gives to what each installation in it makes. */
    private static Set<String> marks() {
        var marks = new TreeSet<>(Set.of(STATES.toString()));
        try (var states = Files.list(STATES)) {
            for (var state : states.toList()) {
                var digest = MessageDigest.getInstance("SHA-256")
                        .digest(state.resolve("vm-service/nspawn").toString().getBytes(StandardCharsets.UTF_8));
                marks.add("-" + HexFormat.of().formatHex(digest).substring(0, 8));
            }
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        return marks;
    }

    /** Those that have a file system of ours as their root: all that runs in machines. */
    private static Set<String> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    try {
                        return Files.readString(Path.of("/proc/%d/mountinfo".formatted(process.pid())))
                                .lines()
                                .anyMatch(line -> line.contains("upperdir=") && line.contains(STATES.toString()));
                    } catch (IOException e) {
                        return false; // it has ended
                    }
                })
                .map(process -> process.pid() + " " + process.info().command().orElse("?"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

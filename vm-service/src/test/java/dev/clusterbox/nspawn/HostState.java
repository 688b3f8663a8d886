package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a host shows of machines: to be compared before and after. */
record HostState(
        List<String> mounts,
        String links,
        String routes,
        String firewall,
        String forwarding,
        TreeSet<String> groups,
        TreeSet<String> run,
        TreeSet<String> processes) {

    static final HostState NOTHING =
            new HostState(List.of(), "", "", "", "", new TreeSet<>(), new TreeSet<>(), new TreeSet<>());

    /**
     * Looks at the host now.
     *
     * @param state whose processes count; others come and go
     */
    static HostState now(Path state) throws IOException, InterruptedException {
        return new HostState(
                Files.readAllLines(Path.of("/proc/self/mounts")),
                TestHost.RUNNER.run(Command.of("ip", "-o", "address")).orFail().replaceAll("valid_lft.*", ""),
                TestHost.RUNNER
                        .run(Command.of("ip", "route", "show", "table", "all"))
                        .orFail(),
                TestHost.RUNNER.run(Command.of("nft", "list", "ruleset")).orFail(),
                Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward")),
                found(Path.of("/sys/fs/cgroup"), 3, installation(state)),
                run(state),
                processes(state));
    }

    private static String installation(Path state) throws IOException {
        Files.createDirectories(state);
        return Installation.at(state.toRealPath().resolve("nspawn")).id();
    }

    /** Everything under /run/clusterbox that belongs to our network namespace has its number in its name. */
    private static String namespace() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString().replaceAll("[^0-9]", "");
    }

    private static TreeSet<String> run(Path state) throws IOException {
        var names = found(Path.of("/run"), 4, namespace());
        names.addAll(found(Path.of("/run"), 4, installation(state)));
        return names;
    }

    private static TreeSet<String> found(Path folder, int depth, String part) throws IOException {
        var names = new TreeSet<String>();
        try (var all = Files.find(folder, depth, (path, _) -> path.toString().contains(part))) {
            all.forEach(path -> names.add(path.toString()));
        }
        return names;
    }

    private static TreeSet<String> processes(Path state) {
        var lines = new TreeSet<String>();
        ProcessHandle.allProcesses()
                .flatMap(process ->
                        Stream.ofNullable(process.info().commandLine().orElse(null)))
                .filter(line -> line.contains(state.toString()) && line.contains("nspawn"))
                .forEach(lines::add);
        return lines;
    }
}

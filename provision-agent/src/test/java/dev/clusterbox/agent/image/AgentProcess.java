package dev.clusterbox.agent.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The built agent as a process of this machine, on a root folder of its own. */
final class AgentProcess implements AutoCloseable {

    private final Process process;
    private final Path log;

    private AgentProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it with the flags it has in a machine.
     *
     * @param agent the folder that is {@code /opt/clusterbox/agent} in a machine
     * @param cache what the flag of the start-up cache is replaced by
     * @param path a folder whose programs come first
     */
    static AgentProcess start(Path agent, Path root, Path path, List<String> cache) throws IOException {
        var argv = new ArrayList<String>();
        argv.add(agent.resolve("runtime/bin/java").toString());
        for (var line : Files.readAllLines(agent.resolve("agent.options"))) {
            if (line.startsWith("-XX:AOTCache=")) {
                argv.addAll(cache);
                argv.add("-Dclusterbox.root=" + root);
            } else if (!line.startsWith("#")) {
                Stream.of(line.replace("/opt/clusterbox/agent", agent.toString())
                                .split(" ", -1))
                        .forEach(argv::add);
            }
        }
        var log = root.resolveSibling(root.getFileName() + ".log");
        var builder = new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        builder.environment().merge("PATH", path.toString(), (before, first) -> first + ":" + before);
        return new AgentProcess(builder.start(), log);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Resident memory in KiB, as the kernel counts it. */
    long residentKiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    long cpuMillis() {
        return process.info().totalCpuDuration().map(d -> d.toMillis()).orElse(0L);
    }

    /** As systemd ends it. */
    void end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the agent did not end on SIGTERM");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

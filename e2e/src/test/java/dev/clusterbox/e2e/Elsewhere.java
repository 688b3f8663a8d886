package dev.clusterbox.e2e;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A computer somewhere else: a network namespace behind a cable, without a route to any cluster's network. */
final class Elsewhere implements AutoCloseable {

    static final String HERE = "203.0.113.1";

    private static final String THERE = "203.0.113.2";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process holder;

    Elsewhere() throws IOException, InterruptedException {
        holder = new ProcessBuilder("unshare", "--net", "sleep", "3600").start();
        while (!holder.toHandle().info().command().orElse("").endsWith("sleep")) {
            Thread.sleep(5);
        }
        here("ip", "link", "add", "name", "world0", "type", "veth", "peer", "name", "far0");
        here("ip", "link", "set", "dev", "far0", "netns", Long.toString(holder.pid()));
        here("ip", "address", "add", HERE + "/24", "dev", "world0");
        here("ip", "link", "set", "dev", "world0", "up");
        run("ip", "address", "add", THERE + "/24", "dev", "far0").succeeded();
        run("ip", "link", "set", "dev", "far0", "up").succeeded();
    }

    private static void here(String... command) throws IOException, InterruptedException {
        Run.of(LIMIT, Map.of(), List.of(command)).succeeded();
    }

    Run run(String... command) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net", "--"));
        words.addAll(Arrays.asList(command));
        return Run.of(LIMIT, Map.of(), words);
    }

    boolean reaches(String address, int port) throws IOException, InterruptedException {
        return run("timeout", "3", "bash", "-c", "exec 3<>/dev/tcp/%s/%d".formatted(address, port))
                        .exitCode()
                == 0;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        here("ip", "link", "delete", "dev", "world0");
        holder.destroyForcibly().waitFor();
    }
}

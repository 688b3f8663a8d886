package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import java.util.ArrayList;
import java.util.List;

/** A computer somewhere else: a network namespace behind a cable, with a route to the machines but no business with them. */
final class World {

    static final String ADDRESS = "203.0.113.2";
    static final String HOST = "203.0.113.1";

    private final long holder;

    World() throws Exception {
        var process = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
        holder = process.pid();
        host("ip", "link", "add", "name", "world0", "type", "veth", "peer", "name", "far0");
        // unshare has its new namespace when it has become sleep.
        while (!HostProcess.living(holder).orElseThrow().name().equals("sleep")) {
            Thread.sleep(5);
        }
        host("ip", "link", "set", "dev", "far0", "netns", Long.toString(holder));
        host("ip", "address", "add", HOST + "/24", "dev", "world0");
        host("ip", "link", "set", "dev", "world0", "up");
        run("ip", "address", "add", ADDRESS + "/24", "dev", "far0").orFail();
        run("ip", "link", "set", "dev", "far0", "up").orFail();
        run("ip", "route", "add", "192.168.56.0/24", "via", HOST).orFail();
    }

    private static void host(String... command) throws InterruptedException {
        TestHost.RUNNER.run(Command.of(command)).orFail();
    }

    private CommandResult run(String... command) throws InterruptedException {
        var all = new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder + "/ns/net", "--"));
        all.addAll(List.of(command));
        return TestHost.RUNNER.run(Command.of(all));
    }

    boolean reaches(String address, int port) throws InterruptedException {
        return run("timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/%s/%d".formatted(address, port))
                .succeeded();
    }

    void remove() throws InterruptedException {
        host("ip", "link", "delete", "dev", "world0");
        ProcessHandle.of(holder).ifPresent(ProcessHandle::destroyForcibly);
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The only class that runs iproute2's {@code ip} in the host's own network namespace. */
final class Ip {

    private final CommandRunner host;

    Ip(CommandRunner host) {
        this.host = host;
    }

    /** All in one process: starting it costs more than what it does. */
    void batch(List<String> commands) throws InterruptedException {
        host.run(Command.of("ip", "-batch", "-").withInput(String.join("\n", commands) + "\n"))
                .orFail();
    }

    void removeIfThere(String link) throws InterruptedException {
        if (!has(link)) {
            return;
        }
        var result = host.run(Command.of("ip", "link", "delete", "dev", link));
        if (!result.succeeded() && has(link)) { // else it went with its other end
            result.orFail();
        }
    }

    /** Asks the kernel without a process, and in our own network namespace: {@code /sys/class/net} may show another. */
    static boolean has(String link) {
        try (var lines = Files.lines(Path.of("/proc/net/dev"))) {
            return lines.anyMatch(line -> line.strip().startsWith(link + ":"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

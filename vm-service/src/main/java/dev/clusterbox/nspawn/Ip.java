package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

    /** Writes on an interface what can be read there by anybody; not by way of {@code /sys}, for the reason below. */
    void note(String link, String text) throws InterruptedException {
        host.run(Command.of("ip", "link", "set", "dev", link, "alias", text)).orFail();
    }

    /** Each bridge of this network namespace, whoever made it, on a line. */
    Stream<String> bridges() throws InterruptedException {
        return host.run(Command.of("ip", "-oneline", "link", "show", "type", "bridge"))
                .orFail()
                .lines();
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

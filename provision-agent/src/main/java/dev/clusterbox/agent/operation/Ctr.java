package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandResult;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The only class that runs ctr, containerd's own client, in the namespace of Kubernetes. It uses what the program accepts
 * from 1.6 to 2.x: no {@code --local}, no {@code --label}; and not {@code --all-platforms}, since only this machine's is ever
 * run. Images are unpacked on import, so that a pod's first start is not the slow one.
 */
final class Ctr {

    static final List<String> IMPORT = List.of("ctr", "-n", "k8s.io", "images", "import");

    private static final Duration ANSWER = Duration.ofMinutes(1);

    /** Some hundred megabytes, compressed, on a slow disk. */
    private static final Duration UNPACKING = Duration.ofMinutes(15);

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    /** 2.x draws its progress with these, terminal or not. */
    private static final Pattern ESCAPE = Pattern.compile("\\x1b\\[[0-9;?]*[A-Za-z]");

    private final CommandRunner commands;

    Ctr(CommandRunner commands) {
        this.commands = commands;
    }

    /** Digests by the names of images, without the names that are digests themselves. */
    Map<String, String> images() throws InterruptedException {
        return parse(run(List.of("ctr", "-n", "k8s.io", "images", "ls"), ANSWER).stdout());
    }

    /** Of the table's columns REF, TYPE and DIGEST; what comes after may be anything. */
    static Map<String, String> parse(String table) {
        var images = new TreeMap<String, String>();
        for (var line : table.lines().toList()) {
            var fields = line.strip().split("\\s+", -1);
            if (fields.length >= 3
                    && DIGEST.matcher(fields[2]).matches()
                    && !DIGEST.matcher(fields[0]).matches()) {
                images.put(fields[0], fields[2]);
            }
        }
        return images;
    }

    /** Returns the words it printed: the names of the images are among them, except that 2.x may lose its last lines. */
    Set<String> importFrom(Path archive) throws InterruptedException {
        var command = new ArrayList<>(IMPORT);
        command.add(archive.toString());
        var printed = ESCAPE.matcher(run(command, UNPACKING).stdout()).replaceAll(" ");
        return Arrays.stream(printed.split("\\s+", -1)).collect(Collectors.toSet());
    }

    private CommandResult run(List<String> argv, Duration limit) throws InterruptedException {
        var command = new Command(argv, false, limit);
        var result = commands.run(command);
        if (!result.succeeded()) {
            throw Problem.failed(
                            "'%s' failed (exit code %d): %s".formatted(command, result.exitCode(), result.lastWords()),
                            "on the machine: systemctl status containerd")
                    .asException();
        }
        return result;
    }
}

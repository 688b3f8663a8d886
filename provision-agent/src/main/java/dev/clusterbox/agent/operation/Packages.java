package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.operation.Operation.InstallPackage;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The distribution's packages. Whether one is there is read from dpkg's own file: no process is needed for it. */
final class Packages {

    private final Path root;
    private final CommandRunner commands;

    Packages(Path root, CommandRunner commands) {
        this.root = root;
        this.commands = commands;
    }

    Plan install(InstallPackage wanted) throws IOException {
        if (isInstalled(wanted.name())) {
            return new Satisfied(wanted.name() + " is installed");
        }
        return new Needed(
                "installed the package " + wanted.name(),
                "apt-get update && apt-get install -y --no-install-recommends " + wanted.name(),
                () -> {
                    run("apt-get", "-q", "update");
                    run("apt-get", "-q", "-y", "--no-install-recommends", "install", "--", wanted.name());
                });
    }

    private void run(String... argv) throws InterruptedException {
        var command = Command.toTheEnd(argv);
        var result = commands.run(command);
        if (!result.succeeded()) {
            throw Problem.failed(
                            "'%s' failed (exit code %d): %s".formatted(command, result.exitCode(), result.lastWords()),
                            "run the same command on the machine, or put the package into its image")
                    .asException();
        }
    }

    private boolean isInstalled(String name) throws IOException {
        var status = root.resolve("var/lib/dpkg/status");
        if (!Files.exists(status)) {
            return false;
        }
        try (var lines = Files.newBufferedReader(status)) {
            boolean ours = false;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("Package: ")) {
                    ours = line.substring("Package: ".length()).equals(name);
                } else if (ours && line.startsWith("Status: ")) {
                    return line.endsWith(" ok installed");
                }
            }
            return false;
        }
    }
}

package dev.clusterbox.image;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandResult;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Builds the root file system with mmdebstrap. It stands under its name only when all of it is on the disk. */
final class BaseImage {

    /** Half a minute with a near mirror; a slow line is not an error. */
    private static final Duration LIMIT = Duration.ofMinutes(45);

    /** Settings of the host's apt that decide whether it can reach its mirror, and believes it. */
    private static final Pattern NEEDED = Pattern.compile(
            "Acquire::(Check-Valid-Until|Check-Date|Retries|ForceIPv4|(http|https)::(Proxy|Timeout|CaInfo)[\\w:.-]*)"
                    + " \"[^\"\\\\]*\";");

    private static final List<String> LEFT_OUT = List.of(
            "path-exclude=/usr/share/man/*",
            "path-exclude=/usr/share/info/*",
            "path-exclude=/usr/share/locale/*",
            "path-exclude=/usr/share/doc/*",
            "path-include=/usr/share/doc/*/copyright");

    private final Path folder;
    private final CommandRunner host;

    BaseImage(Path folder, CommandRunner host) {
        this.folder = folder;
        this.host = host;
    }

    Path of(Recipe recipe) {
        return folder.resolve("base-" + recipe.key());
    }

    void build(Recipe recipe, Consumer<String> progress) throws IOException, InterruptedException {
        var scratch = Files.createDirectory(folder.resolve(ImageFolder.UNFINISHED + UUID.randomUUID()));
        var sources = Files.writeString(
                scratch.resolve("clusterbox.sources"), recipe.sources().text());
        var root = scratch.resolve("root");
        var result = host.run(command(recipe, root, sources), line -> told(line, progress));
        if (!result.succeeded()) {
            throw failed(result);
        }
        progress.accept("furnishing the root file system");
        Furnishing.of(root);
        // A rename can reach the disk before the files do.
        host.run(Command.of("sync", "--file-system", root.toString()).within(LIMIT))
                .orFail();
        Files.move(root, of(recipe), StandardCopyOption.ATOMIC_MOVE);
    }

    private Command command(Recipe recipe, Path root, Path sources) throws InterruptedException {
        // In a mount namespace of its own: killed, it leaves no mount on the host.
        var arguments = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "--"));
        arguments.addAll(List.of("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory"));
        arguments.add("--include=" + String.join(",", recipe.packages()));
        aptOptions(host).forEach(line -> arguments.add("--aptopt=" + line));
        arguments.add("--aptopt=Acquire::Languages \"none\";");
        LEFT_OUT.forEach(option -> arguments.add("--dpkgopt=" + option));
        arguments.add("--dpkgopt=force-unsafe-io");
        arguments.addAll(List.of(recipe.sources().suite(), root.toString(), sources.toString()));
        return Command.of(arguments).within(LIMIT);
    }

    static List<String> aptOptions(CommandRunner host) throws InterruptedException {
        return host.run(Command.of("apt-config", "dump"))
                .orFail()
                .lines()
                .filter(line -> NEEDED.matcher(line).matches())
                .toList();
    }

    /** What apt and mmdebstrap complained of first; the rest follows from it. */
    private static ProblemException failed(CommandResult result) {
        var complaints = result.stderr()
                .lines()
                .filter(line -> line.startsWith("E: "))
                .limit(3)
                .collect(Collectors.joining("; "));
        return Problem.failed(
                        "the root file system could not be built: mmdebstrap ended with exit code %d: %s"
                                .formatted(result.exitCode(), complaints),
                        "look whether 'apt-get update' works on this host, then ask for the image again")
                .asException();
    }

    /** mmdebstrap says what it does as {@code I: downloading packages with apt...}. */
    private static void told(String line, Consumer<String> progress) {
        if (line.startsWith("I: ")) {
            progress.accept(line.substring(3).replaceAll("\\.+$", ""));
        }
    }
}

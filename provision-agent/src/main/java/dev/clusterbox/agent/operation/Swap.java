package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.process.Command;
import dev.clusterbox.agent.process.CommandRunner;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.Collectors;

/** Memory that is on a disk: kubelet does not start with it. Off now, and off after a reboot. */
final class Swap {

    private final Machine machine;
    private final CommandRunner commands;

    Swap(Machine machine, CommandRunner commands) {
        this.machine = machine;
        this.commands = commands;
    }

    Plan off() throws IOException {
        if (machine.sharedKernel()) {
            return new Satisfied(
                    active() == 0
                            ? "no swap is on"
                            : "swap is on, but the kernel is the host's and is not changed from here");
        }
        var target = machine.at("/etc/systemd/system/swap.target");
        var todo = new ArrayList<String>();
        if (active() > 0) {
            todo.add("swapoff -a");
        }
        if (!fstab().equals(withoutSwap())) {
            todo.add("sed -i -E 's/^[^#]\\S*\\s+\\S+\\s+swap\\s/# &/' /etc/fstab");
        }
        if (!isMask(target)) {
            todo.add("systemctl mask swap.target");
        }
        if (todo.isEmpty()) {
            return new Satisfied("swap is off, and stays off after a reboot");
        }
        return new Needed("turned swap off, now and after a reboot", String.join(" && ", todo), () -> keepOff(target));
    }

    private void keepOff(Path target) throws IOException, InterruptedException {
        var fstab = machine.at("/etc/fstab");
        if (!fstab().equals(withoutSwap())) {
            StagedFile.write(fstab, withoutSwap().getBytes(StandardCharsets.UTF_8), Mode.of(fstab), Owner.ROOT);
        }
        if (!isMask(target)) {
            // Every unit for swap, from fstab or found on a partition, is started through this target.
            Files.createDirectories(StagedFile.folderOf(target));
            Files.deleteIfExists(target);
            Files.createSymbolicLink(target, Path.of("/dev/null"));
            StagedFile.force(StagedFile.folderOf(target));
        }
        if (active() > 0) {
            var result = commands.run(Command.toTheEnd("swapoff", "-a"));
            if (!result.succeeded()) {
                throw Problem.failed(
                                "'swapoff -a' failed: " + result.lastWords(),
                                "the machine's memory may not hold what is in the swap: free some, or make it larger")
                        .asException();
            }
        }
    }

    private long active() throws IOException {
        var swaps = machine.at("/proc/swaps");
        if (!Files.isReadable(swaps)) {
            return 0;
        }
        try (var lines = Files.lines(swaps)) {
            return lines.skip(1).filter(line -> !line.isBlank()).count();
        }
    }

    private String fstab() throws IOException {
        var fstab = machine.at("/etc/fstab");
        return Files.exists(fstab) ? Files.readString(fstab) : "";
    }

    private String withoutSwap() throws IOException {
        var fstab = fstab();
        return fstab.lines().map(Swap::commentedOut).collect(Collectors.joining("\n"))
                + (fstab.endsWith("\n") ? "\n" : "");
    }

    private static String commentedOut(String line) {
        var fields = line.strip().split("\\s+", -1);
        return !line.strip().startsWith("#") && fields.length > 2 && fields[2].equals("swap") ? "# " + line : line;
    }

    private static boolean isMask(Path unit) throws IOException {
        return Files.exists(unit, LinkOption.NOFOLLOW_LINKS)
                && Files.isSymbolicLink(unit)
                && Files.readSymbolicLink(unit).equals(Path.of("/dev/null"));
    }
}

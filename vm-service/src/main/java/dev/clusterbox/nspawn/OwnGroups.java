package dev.clusterbox.nspawn;

import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Groups that this service makes itself, in every hierarchy that is mounted: where no systemd does it, and for the
 * controllers of version 1, which systemd leaves to others.
 */
final class OwnGroups implements ControlGroups {

    /** A fork bomb in a machine is the machine's trouble, not the host's. A busy Kubernetes node has some 2000. */
    private static final String MOST_PROCESSES = "16384";

    private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids", "cpuset", "io");

    private final List<Hierarchy> hierarchies;
    private final String parent;

    OwnGroups(List<Hierarchy> hierarchies, String parent) {
        this.hierarchies = hierarchies;
        this.parent = parent;
    }

    @Override
    public synchronized Placement prepare(String container, MachineSpec spec) {
        try {
            for (var hierarchy : hierarchies) {
                makeParent(hierarchy);
                var group = group(hierarchy, container);
                if (!Files.isDirectory(group)) {
                    Files.createDirectory(group);
                }
                limit(hierarchy, group, spec);
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.failed(
                            "the control group of %s could not be made: %s".formatted(spec.name(), e.getMessage()),
                            "vm-service must be able to write to /sys/fs/cgroup"),
                    e);
        }
        var files = groups(container).stream()
                .map(group -> group.resolve("cgroup.procs").toString())
                .toList();
        return new Placement(List.of(), files);
    }

    private void makeParent(Hierarchy hierarchy) throws IOException {
        var folder = hierarchy.mount().resolve(parent);
        if (Files.isDirectory(folder)) {
            return;
        }
        Files.createDirectories(folder);
        if (hierarchy.unified()) {
            for (var controller : CONTROLLERS) {
                GroupFolders.write(hierarchy.mount().resolve("cgroup.subtree_control"), "+" + controller);
                GroupFolders.write(folder.resolve("cgroup.subtree_control"), "+" + controller);
            }
        } else if (hierarchy.controllers().contains("cpuset")) {
            // A group without processors and memory nodes takes no process; its children copy them.
            for (var file : List.of("cpuset.cpus", "cpuset.mems")) {
                Files.writeString(
                        folder.resolve(file), Files.readString(hierarchy.mount().resolve(file)));
            }
            Files.writeString(folder.resolve("cgroup.clone_children"), "1");
        }
    }

    private static void limit(Hierarchy hierarchy, Path group, MachineSpec spec) {
        var memory = Long.toString((long) spec.memoryMiB() << 20);
        if (hierarchy.unified()) {
            GroupFolders.write(group.resolve("memory.max"), memory);
            GroupFolders.write(group.resolve("cpu.weight"), Integer.toString(Math.min(10_000, 100 * spec.cpus())));
        } else {
            GroupFolders.write(group.resolve("memory.limit_in_bytes"), memory);
            GroupFolders.write(group.resolve("cpu.shares"), Integer.toString(1024 * spec.cpus()));
        }
        GroupFolders.write(group.resolve("pids.max"), MOST_PROCESSES);
    }

    @Override
    public Set<Long> processes(String container) {
        return GroupFolders.processes(groups(container));
    }

    @Override
    public void kill(String container) throws InterruptedException {
        GroupFolders.kill(groups(container));
    }

    @Override
    public void remove(String container) throws InterruptedException {
        GroupFolders.remove(groups(container));
    }

    /** With a machine in it, the folder stays. */
    @Override
    public synchronized void tidy() {
        for (var hierarchy : hierarchies) {
            try {
                Files.deleteIfExists(hierarchy.mount().resolve(parent));
            } catch (IOException _) {
                // in use
            }
        }
    }

    private List<Path> groups(String container) {
        return hierarchies.stream()
                .map(hierarchy -> group(hierarchy, container))
                .toList();
    }

    private Path group(Hierarchy hierarchy, String container) {
        return hierarchy.mount().resolve(parent).resolve(container);
    }
}

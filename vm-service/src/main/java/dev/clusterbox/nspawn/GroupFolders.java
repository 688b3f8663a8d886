package dev.clusterbox.nspawn;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The folders of control groups: reading, killing and removing, the same in both versions. */
final class GroupFolders {

    /** A killed process can need a moment to give back its memory; one that hangs in the kernel never ends. */
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final Duration PAUSE = Duration.ofMillis(3);

    private GroupFolders() {}

    static Set<Long> processes(List<Path> groups) {
        return groups.stream()
                .flatMap(group -> tree(group).stream())
                .flatMap(group -> lines(group.resolve("cgroup.procs")).stream())
                .map(Long::parseLong)
                .collect(Collectors.toSet());
    }

    static void kill(List<Path> groups) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (var left = processes(groups); !left.isEmpty(); left = processes(groups)) {
            // In version 1 what is frozen, such as a container that is paused, does not even die.
            groups.stream()
                    .flatMap(group -> tree(group).stream())
                    .forEach(group -> write(group.resolve("freezer.state"), "THAWED"));
            groups.forEach(group -> write(group.resolve("cgroup.kill"), "1")); // version 2, Linux 5.14
            left.stream().flatMap(id -> ProcessHandle.of(id).stream()).forEach(ProcessHandle::destroyForcibly);
            if (System.nanoTime() > end) {
                throw new Problem(
                                Code.TIMED_OUT,
                                "waited %d s for the killed processes %s to end".formatted(LIMIT.toSeconds(), left),
                                "see 'ps' for what they wait for; a process in state D ends only with what it waits for")
                        .asException();
            }
            Thread.sleep(PAUSE);
        }
    }

    static void remove(List<Path> groups) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (var group : groups) {
            while (!removed(group)) {
                if (System.nanoTime() > end) {
                    throw new Problem(
                                    Code.TIMED_OUT,
                                    "waited %d s for the control group %s to be free"
                                            .formatted(LIMIT.toSeconds(), group),
                                    "")
                            .asException();
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    /** What cannot be written is a controller that this host does not have: a limit less, no reason to stop. */
    static boolean write(Path file, String text) {
        if (!Files.exists(file)) {
            return false;
        }
        try {
            Files.writeString(file, text);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // the group is gone
        }
    }

    private static boolean removed(Path group) {
        for (var folder : tree(group).reversed()) {
            try {
                Files.deleteIfExists(folder);
            } catch (IOException _) {
                return false; // busy: its last process is not quite gone
            }
        }
        return true;
    }

    /** A group and the groups in it, outer ones first. */
    private static List<Path> tree(Path group) {
        var found = new ArrayList<Path>();
        collect(group, found);
        found.sort(Comparator.comparingInt(Path::getNameCount));
        return found;
    }

    private static void collect(Path group, List<Path> found) {
        try (var inside = Files.newDirectoryStream(group, Files::isDirectory)) {
            found.add(group);
            inside.forEach(child -> collect(child, found));
        } catch (IOException _) {
            // the group is gone
        }
    }
}

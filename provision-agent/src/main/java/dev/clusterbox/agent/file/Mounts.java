package dev.clusterbox.agent.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The mounts that this process sees, from {@code /proc/self/mountinfo} (proc_pid_mountinfo(5)). Java's own
 * {@code FileStore} finds a mount by its device, and so takes a read-only bind mount for the disk behind it.
 */
public record Mounts(List<Mount> all) {

    private static final Path ROOT = Path.of("/");

    /**
     * @param options of the mount and of the file system behind it, as mount(8) takes them
     */
    public record Mount(int id, int parent, Path point, Set<String> options) {

        /** Nobody can write here, short of a new mount, which only root can make. */
        public boolean isReadOnly() {
            return options.contains("ro");
        }

        public boolean isExecutable() {
            return !options.contains("noexec");
        }
    }

    /** None where the file is not there. */
    public static Mounts read(Path mountinfo) throws IOException {
        var all = new ArrayList<Mount>();
        if (Files.exists(mountinfo)) {
            for (var line : Files.readAllLines(mountinfo)) {
                parse(line).ifPresent(all::add);
            }
        }
        return new Mounts(List.copyOf(all));
    }

    /** {@code 36 35 98:0 /mnt1 /mnt2 ro,noatime shared:1 - ext3 /dev/root rw,errors=continue}. */
    private static Optional<Mount> parse(String line) {
        var fields = List.of(line.split(" ", -1));
        int separator = fields.indexOf("-");
        if (separator < 6 || fields.size() < separator + 4) {
            return Optional.empty();
        }
        var options = new ArrayList<>(List.of(fields.get(5).split(",", -1)));
        options.addAll(List.of(fields.get(separator + 3).split(",", -1)));
        return Optional.of(new Mount(
                Integer.parseInt(fields.get(0)),
                Integer.parseInt(fields.get(1)),
                Path.of(fields.get(4)),
                Set.copyOf(options)));
    }

    /**
     * The mount that a path without links lies on. Found from the root downwards, as the kernel finds it: the longest mount
     * point would be wrong where a later mount covers it.
     */
    public Optional<Mount> of(Path path) {
        var mount = all.stream()
                .filter(it -> it.point().equals(ROOT))
                .filter(it -> all.stream()
                        .noneMatch(other -> other.id() == it.parent()
                                && other.id() != it.id()
                                && other.point().equals(ROOT)))
                .findFirst();
        for (int depth = 0; depth < all.size() && mount.isPresent(); depth++) {
            int parent = mount.get().id();
            var next = all.stream()
                    .filter(it -> it.parent() == parent
                            && it.id() != parent
                            && !it.point().equals(ROOT)
                            && path.startsWith(it.point()))
                    .min(Comparator.comparingInt(it -> it.point().getNameCount()));
            if (next.isEmpty()) {
                return mount;
            }
            mount = next;
        }
        return mount;
    }
}

package dev.clusterbox.nspawn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process of this host. A process id is used again one day; with the time at which the process started it is not.
 *
 * @param startTime in ticks since the host booted, field 22 of {@code /proc/<pid>/stat} (proc(5))
 */
record HostProcess(long id, long startTime) {

    private static final Path PROC = Path.of("/proc");

    /** Finds the process that a line of {@code /proc/<pid>/stat} was read from, if it still lives. */
    static Optional<HostProcess> fromStat(String line) {
        return parse(line).flatMap(then -> living(then.id()).filter(then::equals));
    }

    /** A process that is not merely waiting to be forgotten. */
    static Optional<HostProcess> living(long id) {
        var line = read(PROC.resolve(Long.toString(id)).resolve("stat"));
        var fields = afterName(line);
        return fields.isEmpty()
                        || fields.getFirst().equals("Z")
                        || fields.getFirst().equals("X")
                ? Optional.empty()
                : parse(line);
    }

    boolean lives() {
        return living(id).filter(this::equals).isPresent();
    }

    /** What it calls itself: the program's name, unless the program changed it. */
    String name() {
        return read(PROC.resolve(Long.toString(id)).resolve("comm")).strip();
    }

    List<HostProcess> children() {
        var ids = read(PROC.resolve("%d/task/%d/children".formatted(id, id)));
        return Stream.of(ids.split(" "))
                .filter(text -> !text.isBlank())
                .flatMap(text -> living(Long.parseLong(text.strip())).stream())
                .toList();
    }

    /** Where its files are, as it sees them. */
    Path root() {
        return PROC.resolve(Long.toString(id)).resolve("root");
    }

    Optional<ProcessHandle> handle() {
        return lives() ? ProcessHandle.of(id) : Optional.empty();
    }

    private static Optional<HostProcess> parse(String line) {
        var fields = afterName(line);
        int space = line.indexOf(' ');
        return fields.size() < 20
                ? Optional.empty()
                : Optional.of(
                        new HostProcess(Long.parseLong(line.substring(0, space)), Long.parseLong(fields.get(19))));
    }

    /** The fields from the third on. The second is the name, in brackets, and may contain anything. */
    private static List<String> afterName(String line) {
        int end = line.lastIndexOf(") ");
        return end < 0 ? List.of() : List.of(line.substring(end + 2).strip().split(" "));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}

package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.PortForwards.Forward;
import dev.clusterbox.machine.PowerState;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.problem.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A virtual machine, as {@code showvminfo --machinereadable} tells it.
 *
 * @param file its settings
 * @param state in VirtualBox's words
 */
record MachineInfo(UUID id, String name, String file, String state, Map<String, String> fields) {

    private static final Pattern LINE = Pattern.compile("(?m)^\"?(?<key>[^\"=\\n]+)\"?=\"?(?<value>.*?)\"?$");
    private static final String EMPTY_DRIVE = "emptydrive";
    private static final String NO_DRIVE = "none";

    /** Of a key that is there twice the first one counts: what people write into a description comes last. */
    static MachineInfo parse(String printed) {
        Map<String, String> fields = new LinkedHashMap<>();
        LINE.matcher(printed).results().forEach(line -> fields.putIfAbsent(line.group("key"), line.group("value")));
        return new MachineInfo(
                UUID.fromString(fields.getOrDefault("UUID", "")),
                fields.getOrDefault("name", ""),
                fields.getOrDefault("CfgFile", ""),
                fields.getOrDefault("VMState", ""),
                Map.copyOf(fields));
    }

    PowerState power() {
        return switch (state) {
            case "running",
                    "livesnapshotting",
                    "onlinesnapshotting",
                    "resetting",
                    "stopping",
                    "saving",
                    "teleporting" -> PowerState.RUNNING;
            case "starting", "restoring" -> PowerState.STARTING;
            case "paused", "teleportingpausedvm" -> PowerState.PAUSED;
            case "saved", "aborted-saved" -> PowerState.SAVED;
            default -> PowerState.STOPPED;
        };
    }

    /** Whether a process of VirtualBox has it, be it only to show what it died of ("gurumeditation"). */
    boolean hasProcess() {
        return switch (state) {
            case "poweroff", "saved", "aborted-saved", "aborted", "teleported", "inaccessible", "" -> false;
            default -> true;
        };
    }

    /** What is in a drive. */
    Optional<String> medium(String controller, int port) {
        return Optional.ofNullable(fields.get("%s-%d-0".formatted(controller, port)))
                .filter(medium -> !medium.equals(EMPTY_DRIVE) && !medium.equals(NO_DRIVE));
    }

    /** The interface of the host that an adapter is in a host-only network by. */
    Optional<String> hostOnlyInterface(int adapter) {
        return Optional.ofNullable(fields.get("hostonlyadapter" + adapter));
    }

    /** Of the first adapter; those by whoever else writes what we could not have are left out. */
    List<Forward> forwards() {
        return fields.entrySet().stream()
                .filter(field -> field.getKey().startsWith("Forwarding("))
                .flatMap(field -> forward(field.getValue()))
                .toList();
    }

    /** {@code name,tcp,127.0.0.1,2222,,22}: host's address and port, machine's address and port. */
    private static Stream<Forward> forward(String text) {
        var parts = text.split(",", -1);
        if (parts.length != 6 || !parts[1].equals("tcp")) {
            return Stream.of();
        }
        try {
            return Stream.of(new Forward(
                    parts[0], Ipv4.parse(parts[2]), Integer.parseInt(parts[3]), Integer.parseInt(parts[5])));
        } catch (ProblemException | NumberFormatException e) {
            return Stream.of();
        }
    }
}

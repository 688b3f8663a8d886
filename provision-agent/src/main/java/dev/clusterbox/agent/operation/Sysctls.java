package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.SetSysctl;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;

/** Settings of the kernel, now and at each boot. */
final class Sysctls {

    private final Machine machine;

    Sysctls(Machine machine) {
        this.machine = machine;
    }

    Plan set(SetSysctl wanted) throws IOException {
        var current = current(wanted.key());
        if (machine.sharedKernel()) {
            return new Satisfied(onTheHost(wanted, current));
        }
        var file = machine.at("/etc/sysctl.d/90-clusterbox-%s.conf".formatted(wanted.key()));
        var line = "%s = %s\n".formatted(wanted.key(), wanted.value());
        var reasons = new ArrayList<String>();
        if (!current.map(now -> same(now, wanted.value())).orElse(false)) {
            reasons.add(current.map(now -> "it was " + now).orElse("the kernel did not have it yet"));
        }
        if (!Files.exists(file) || !Files.readString(file).equals(line)) {
            reasons.add("it was not kept for the next boot");
        }
        if (reasons.isEmpty()) {
            return new Satisfied("%s is %s".formatted(wanted.key(), wanted.value()));
        }
        return new Needed(
                "set %s to %s: %s".formatted(wanted.key(), wanted.value(), String.join(", ", reasons)),
                "echo '%s = %s' > /etc/sysctl.d/90-clusterbox-%s.conf && sysctl -w '%s=%s'"
                        .formatted(wanted.key(), wanted.value(), wanted.key(), wanted.key(), wanted.value()),
                () -> {
                    Files.createDirectories(file.getParent());
                    StagedFile.write(file, line.getBytes(StandardCharsets.UTF_8), Mode.PUBLIC, Owner.ROOT);
                    write(wanted);
                });
    }

    private void write(SetSysctl wanted) throws IOException {
        var path = path(wanted.key());
        if (!Files.exists(path)) {
            throw Problem.notFound("the kernel has no sysctl " + wanted.key()).asException();
        }
        Files.writeString(path, wanted.value() + "\n");
    }

    private static String onTheHost(SetSysctl wanted, Optional<String> current) {
        if (current.isEmpty()) {
            return "%s cannot be seen from here; the kernel is the host's (wanted: %s)"
                    .formatted(wanted.key(), wanted.value());
        }
        return same(current.get(), wanted.value())
                ? "%s is %s".formatted(wanted.key(), wanted.value())
                : "%s is %s, not %s; the kernel is the host's and is not changed from here"
                        .formatted(wanted.key(), current.get(), wanted.value());
    }

    private Optional<String> current(String key) throws IOException {
        var path = path(key);
        return Files.isReadable(path) ? Optional.of(Files.readString(path).strip()) : Optional.empty();
    }

    private Path path(String key) {
        return machine.at("/proc/sys/" + key.replace('.', '/'));
    }

    /** The kernel separates several numbers by tabs, people by spaces. */
    private static boolean same(String one, String other) {
        return one.strip().replaceAll("\\s+", " ").equals(other.strip().replaceAll("\\s+", " "));
    }
}

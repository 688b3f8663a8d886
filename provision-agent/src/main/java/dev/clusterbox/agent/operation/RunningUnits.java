package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Mode;
import dev.clusterbox.agent.file.Owner;
import dev.clusterbox.agent.file.Sha256;
import dev.clusterbox.agent.file.StagedFile;
import dev.clusterbox.agent.operation.Operation.RunUnit;
import dev.clusterbox.agent.operation.Operation.StopUnit;
import dev.clusterbox.agent.operation.Plan.Needed;
import dev.clusterbox.agent.operation.Plan.Satisfied;
import dev.clusterbox.agent.systemd.InstallSection;
import dev.clusterbox.agent.systemd.Systemctl;
import dev.clusterbox.agent.systemd.UnitState;
import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Units that run, now and after a reboot. What a unit read at its last start is remembered as a digest, so that a change of
 * its inputs, and nothing else, starts it anew. Where somebody else started it since, its inputs may have been others then:
 * one that is newer than that start has not been read.
 */
final class RunningUnits {

    private final Machine machine;
    private final Systemctl systemctl;
    private final Digests digests;

    RunningUnits(Machine machine, Systemctl systemctl, Digests digests) {
        this.machine = machine;
        this.systemctl = systemctl;
        this.digests = digests;
    }

    Plan run(RunUnit wanted) throws IOException, InterruptedException {
        var unit = wanted.name();
        var state = systemctl.show(unit);
        if (wanted.onlyIfRunning() && (state.isDown() || !state.isLoaded())) {
            return new Satisfied(unit + " does not run");
        }
        var todo = new ArrayList<String>();
        var reasons = new ArrayList<String>();
        if (state.isMasked()) {
            todo.add("systemctl unmask " + unit);
            reasons.add("it was masked");
        }
        if (!isEnabled(state, unit)) {
            todo.add("systemctl enable " + unit);
            reasons.add("it was not enabled");
        }
        if (state.isDown() || !state.isLoaded()) {
            todo.add("systemctl start " + unit);
            reasons.add("it was " + (state.isLoaded() ? state : "not running"));
        } else if (!digest(wanted, state).equals(remembered(unit)) || state.needsReload()) {
            todo.add("systemctl restart " + unit);
            reasons.add("its inputs have changed");
        } else if (hasUnreadInputs(wanted, state)) {
            todo.add("systemctl restart " + unit);
            reasons.add("an input is newer than its last start");
        } else if (!state.isActive()) {
            todo.add("systemctl start " + unit);
            reasons.add("it was " + state);
        }
        return reasons.isEmpty()
                ? new Satisfied(unit + " runs")
                : new Needed(
                        "started %s: %s".formatted(unit, String.join(", ", reasons)),
                        String.join(" && ", todo),
                        () -> start(wanted, state));
    }

    private void start(RunUnit wanted, UnitState before) throws IOException, InterruptedException {
        var unit = wanted.name();
        var state = loaded(unit, before);
        if (!isEnabled(state, unit)) {
            enable(state, unit);
        }
        var digest = digest(wanted, state);
        if (state.hitItsStartLimit()) {
            systemctl.resetFailed(unit);
        }
        if (state.isDown()) {
            systemctl.start(unit);
        } else if (digest.equals(remembered(unit)) && !before.needsReload() && !hasUnreadInputs(wanted, state)) {
            systemctl.start(unit);
        } else {
            systemctl.restart(unit);
        }
        // Only now: what was not started with these inputs must be started again.
        var memory = memory(unit);
        Files.createDirectories(memory.getParent());
        StagedFile.write(memory, digest.getBytes(StandardCharsets.UTF_8), Mode.PRIVATE, Owner.ROOT);
    }

    /** A reload reads all units again, so it is done only where systemd knows an older state of this one. */
    private UnitState loaded(String unit, UnitState before) throws IOException, InterruptedException {
        var file = units().resolve(unit);
        boolean mask =
                Files.isSymbolicLink(file) && Files.readSymbolicLink(file).equals(Path.of("/dev/null"));
        if (mask) {
            Files.delete(file);
        }
        if (!mask && before.isLoaded() && !before.needsReload()) {
            return before;
        }
        systemctl.reload();
        var state = systemctl.show(unit);
        if (!state.isLoaded()) {
            throw Problem.notFound("there is no unit %s on this machine".formatted(unit))
                    .asException();
        }
        return state;
    }

    private boolean isEnabled(UnitState state, String unit) throws IOException {
        if (state.isEnabled() || state.isStatic()) {
            return true;
        }
        // systemd may remember the state from before the links were made.
        return state.isLoaded() && installSection(state).isDone(units(), unit);
    }

    private void enable(UnitState state, String unit) throws IOException, InterruptedException {
        var section = installSection(state);
        if (section.isPlain()) {
            section.make(units(), unit, Path.of(state.file()));
        } else {
            systemctl.enable(unit);
        }
    }

    private InstallSection installSection(UnitState state) throws IOException {
        return state.file().isEmpty()
                ? new InstallSection(List.of(), true)
                : InstallSection.of(machine.at(state.file()));
    }

    Plan stop(StopUnit wanted) throws IOException, InterruptedException {
        var unit = wanted.name();
        var state = systemctl.show(unit);
        boolean enabled = state.isLoaded()
                && !state.isStatic()
                && (state.isEnabled()
                        || (!installSection(state).folders().isEmpty()
                                && installSection(state).isDone(units(), unit)));
        if (state.isDown() && !enabled) {
            return new Satisfied(state.isAbsent() ? unit + " is not there" : unit + " is stopped and not enabled");
        }
        return new Needed("stopped " + unit, "systemctl disable --now " + unit, () -> {
            if (enabled) {
                systemctl.disableAndStop(unit);
            } else {
                systemctl.stop(unit);
            }
            Files.deleteIfExists(memory(unit));
        });
    }

    /** Inputs that were put in their place after somebody else, systemd after a crash for example, had started the unit. */
    private boolean hasUnreadInputs(RunUnit wanted, UnitState state) throws IOException {
        var start = state.startedAt().map(FileTime::from);
        var memory = memory(wanted.name());
        if (start.isEmpty() || !Files.exists(memory) || start.get().compareTo(Files.getLastModifiedTime(memory)) <= 0) {
            return false;
        }
        for (var input : inputs(wanted, state)) {
            var path = machine.at(input);
            if (isNewer(path, start.get(), LinkOption.NOFOLLOW_LINKS)
                    || (!Artifacts.isLink(path) && isNewer(path, start.get()))) {
                return true;
            }
        }
        return false;
    }

    /** By the time of its last change, which nobody can set back. */
    private static boolean isNewer(Path path, FileTime start, LinkOption... options) throws IOException {
        return Files.exists(path, options)
                && Files.getAttribute(path, "unix:ctime", options) instanceof FileTime changed
                && changed.compareTo(start) > 0;
    }

    /** With the unit's own files: a changed command line asks for a new start like a changed configuration. */
    private static SortedSet<String> inputs(RunUnit wanted, UnitState state) {
        var inputs = new TreeSet<>(wanted.inputs());
        inputs.addAll(state.files());
        return inputs;
    }

    private String digest(RunUnit wanted, UnitState state) throws IOException {
        var lines = new StringBuilder();
        for (var input : inputs(wanted, state)) {
            var path = machine.at(input);
            lines.append(content(path)).append(' ').append(input).append('\n');
        }
        return Sha256.of(lines.toString()).hex();
    }

    /** A link to an artifact says by its name what it leads to; for all others, that is read. */
    private String content(Path path) throws IOException {
        if (Artifacts.isLink(path)) {
            return Files.readSymbolicLink(path).toString();
        }
        return Files.isRegularFile(path) ? digests.of(path.toRealPath()).hex() : "absent";
    }

    private String remembered(String unit) throws IOException {
        var memory = memory(unit);
        return Files.exists(memory) ? Files.readString(memory) : "";
    }

    private Path memory(String unit) {
        return machine.state().resolve("units").resolve(unit);
    }

    private Path units() {
        return machine.at(Confinement.UNITS.toString());
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.machine.MachineSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * On hosts where systemd owns the hierarchy: each machine is a scope with {@code Delegate=yes}, so that systemd leaves the
 * inside of it to the machine (systemd.io, "Control Group APIs and Delegation"), and stopping vm-service's own unit does
 * not stop machines. What version 1 has besides is kept by {@link OwnGroups}.
 */
final class SystemdScopes implements ControlGroups {

    private final CommandRunner host;
    private final List<Hierarchy> systemds;
    private final OwnGroups others;
    private final String slice;

    /**
     * @param installation goes into the name of the slice that its machines are in; hyphens in it would make slices in slices
     */
    SystemdScopes(CommandRunner host, List<Hierarchy> systemds, OwnGroups others, String installation) {
        this.host = host;
        this.systemds = systemds;
        this.others = others;
        this.slice = "clusterbox_" + installation + ".slice";
    }

    /** Whether systemd is the first process of this host (sd_booted(3)). */
    static boolean areHere() {
        return Files.isDirectory(Path.of("/run/systemd/system"));
    }

    static boolean owns(Hierarchy hierarchy) {
        return hierarchy.unified() || hierarchy.controllers().contains(Hierarchy.SYSTEMD);
    }

    @Override
    public Placement prepare(String container, MachineSpec spec) {
        var prefix = new ArrayList<>(List.of("systemd-run", "--scope", "--quiet", "--collect"));
        prefix.add("--description=Clusterbox machine " + spec.name());
        prefix.addAll(List.of("--unit=" + container, "--slice=" + slice));
        prefix.addAll(List.of("--property=Delegate=yes", "--property=MemoryMax=" + spec.memoryMiB() + "M"));
        prefix.addAll(
                List.of("--property=CPUWeight=" + Math.min(10_000, 100 * spec.cpus()), "--property=TasksMax=16384"));
        prefix.add("--");
        return new Placement(
                List.copyOf(prefix), others.prepare(container, spec).files());
    }

    @Override
    public Set<Long> processes(String container) {
        var all = new HashSet<>(others.processes(container));
        all.addAll(GroupFolders.processes(scopes(container)));
        return all;
    }

    @Override
    public void kill(String container) throws InterruptedException {
        GroupFolders.kill(scopes(container));
        others.kill(container);
    }

    /** systemd removes a scope when its last process has ended, but not what the machine made in it. */
    @Override
    public void remove(String container) throws InterruptedException {
        if (scopes(container).stream().anyMatch(Files::exists)) {
            host.run(Command.of("systemctl", "stop", container + ".scope"));
        }
        GroupFolders.remove(scopes(container));
        others.remove(container);
    }

    @Override
    public void tidy() throws InterruptedException {
        if (systemds.stream()
                .anyMatch(hierarchy -> Files.exists(hierarchy.mount().resolve(slice)))) {
            host.run(Command.of("systemctl", "stop", slice));
        }
        others.tidy();
    }

    private List<Path> scopes(String container) {
        return systemds.stream()
                .map(hierarchy -> hierarchy.mount().resolve(slice).resolve(container + ".scope"))
                .toList();
    }
}

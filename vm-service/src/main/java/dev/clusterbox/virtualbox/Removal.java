package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.virtualbox.Registry.Found;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a machine away, whole or what is left of it: virtual machine, disks, folder, seeds. */
final class Removal {

    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

    /** Blocks of 2 KiB, as a CD has them. */
    private static final int EMPTY_DISK = 32 << 10;

    private final Host host;
    private final VBoxManage manage;
    private final Places places;
    private final Registry registry;

    Removal(Host host, VBoxManage manage, Places places, Registry registry) {
        this.host = host;
        this.manage = manage;
        this.places = places;
        this.registry = registry;
    }

    /** Somebody else's machine of that name stays; so does the folder of one that is somewhere else. */
    void remove(MachineName name) throws InterruptedException {
        var found = registry.find(name);
        if (found.isPresent() && found.get().ours()) {
            turnOff(found.get());
            unregister(found.get());
        }
        boolean lost = forgetUnreadable(name);
        if (lost || found.isEmpty()) {
            closeDisksBelow(places.machine(name));
        }
        removeLeftovers(name);
    }

    /** Without asking. One that has ended by itself meanwhile is fine. */
    void turnOff(Found machine) throws InterruptedException {
        if (machine.info().hasProcess()) {
            try {
                manage.run(() -> isOff(machine.id()), "controlvm", machine.id(), "poweroff");
            } catch (ProblemException e) {
                LOG.info("{} has ended by itself: {}", machine.info().name(), e.getMessage());
            }
        }
    }

    private boolean isOff(String id) throws InterruptedException {
        return !MachineInfo.parse(manage.run("showvminfo", id, "--machinereadable"))
                .hasProcess();
    }

    private void unregister(Found machine) throws InterruptedException {
        registry.forget(machine.info().id());
        var name = new MachineName(machine.info().name());
        var folder = places.machine(name);
        try {
            manage.run(
                    () -> !registry.isRegistered(machine.info().id()) && !host.exists(folder),
                    "unregistervm",
                    machine.id(),
                    "--delete");
        } catch (ProblemException e) {
            // VBOX_E_OBJECT_IN_USE: not registered any more, and its files are there. They are removed as leftovers
            // are.
            if (registry.find(name).filter(Found::ours).isPresent()) {
                throw e;
            }
            LOG.info("{} left files behind: {}", machine.info().name(), e.getMessage());
        }
    }

    /** Of a machine whose folder was removed by hand VirtualBox remembers that there was one. */
    private boolean forgetUnreadable(MachineName name) throws InterruptedException {
        var unreadable = registry.unreadable(name);
        for (var id : unreadable) {
            LOG.info("VirtualBox forgets {} ({}), whose settings it cannot read", name, id);
            registry.forget(id);
            manage.run(() -> !registry.isRegistered(id), "unregistervm", id.toString());
        }
        return !unreadable.isEmpty();
    }

    /** What is there without a virtual machine: of a clone that was cut short, or of a removal that was. */
    void removeLeftovers(MachineName name) throws InterruptedException {
        removeSeeds(name, _ -> false);
        if (host.exists(places.machine(name))) {
            closeDisksBelow(places.machine(name));
            host.remove(places.machine(name));
        }
    }

    /**
     * Removes a machine's seeds.
     *
     * @param except a file that stays
     */
    void removeSeeds(MachineName name, Predicate<String> except) throws InterruptedException {
        for (var file : host.list(places.seeds())) {
            if (file.startsWith(Places.seedsOf(name)) && !except.test(file)) {
                removeSeed(places.seeds() + "/" + file);
            }
        }
    }

    /**
     * VirtualBox locks what was in a drive when its machine was started until that is off, even if it was taken out. Such a file is made
     * empty, and removed by one of the next calls.
     */
    private void removeSeed(String file) throws InterruptedException {
        try {
            manage.run(() -> !isKnown(file), "closemedium", "dvd", file);
        } catch (ProblemException e) {
            if (isKnown(file)) {
                LOG.debug("{} is in use: {}", file, e.getMessage());
                host.write(file, new byte[EMPTY_DISK]);
                return;
            }
        }
        host.remove(file);
    }

    private boolean isKnown(String file) throws InterruptedException {
        return Media.parse(manage.run("list", "dvds")).stream()
                .anyMatch(medium -> medium.location().replace('\\', '/').equals(file));
    }

    /** Children before their parents: a disk with children cannot be closed. */
    private void closeDisksBelow(String folder) throws InterruptedException {
        var disks = new ArrayList<Media>();
        for (var medium : Media.parse(manage.run("list", "hdds"))) {
            if (Places.isBelow(folder, medium.location())) {
                disks.add(medium);
            }
        }
        while (!disks.isEmpty()) {
            var parents = new HashSet<String>();
            disks.forEach(disk -> parents.add(disk.parent()));
            var last = disks.stream()
                    .filter(disk -> !parents.contains(disk.uuid()))
                    .toList();
            close(last.isEmpty() ? List.copyOf(disks) : last);
            disks.removeAll(last.isEmpty() ? List.copyOf(disks) : last);
        }
    }

    private void close(List<Media> disks) throws InterruptedException {
        for (var disk : disks) {
            try {
                manage.run("closemedium", "disk", disk.uuid());
            } catch (ProblemException e) {
                if (e.problem().code() != Code.NOT_FOUND) {
                    throw e;
                }
            }
        }
    }
}

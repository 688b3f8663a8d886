package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.virtualbox.Registry.Found;
import java.util.Optional;
import java.util.UUID;

/** The CD drive that machines find their seeds in. */
final class SeedDrive {

    static final String CONTROLLER = "SATA";
    private static final int PORT = 1;
    private static final String EMPTY = "emptydrive";

    private final Host host;
    private final VBoxManage manage;
    private final Places places;
    private final Removal removal;

    SeedDrive(Host host, VBoxManage manage, Places places, Removal removal) {
        this.host = host;
        this.manage = manage;
        this.places = places;
        this.removal = removal;
    }

    /** Each disk has a name of its own: the same one again would be no change to VirtualBox, nor to the machine. */
    void insert(MachineName name, Found machine, byte[] disk) throws InterruptedException {
        var before = seed(machine);
        host.makeFolder(places.seeds());
        var file = "%s/%s%s.iso".formatted(places.seeds(), Places.seedsOf(name), UUID.randomUUID());
        host.write(file, disk);
        attach(machine, file);
        if (before.isPresent()) {
            removal.removeSeed(before.get());
        }
    }

    void empty(Found machine) throws InterruptedException {
        var there = seed(machine);
        if (there.isPresent()) {
            attach(machine, EMPTY);
            removal.removeSeed(there.get());
        }
    }

    private Optional<String> seed(Found machine) {
        return machine.info()
                .medium(CONTROLLER, PORT)
                .filter(medium -> medium.replace('\\', '/').startsWith(places.seeds() + "/"));
    }

    /** "Force" is for a guest that has locked the tray: it reads its seed at once, and what is in the drive is ours. */
    private void attach(Found machine, String medium) throws InterruptedException {
        manage.run(
                "storageattach",
                machine.id(),
                "--storagectl",
                CONTROLLER,
                "--port",
                Integer.toString(PORT),
                "--device",
                "0",
                "--type",
                "dvddrive",
                "--medium",
                medium,
                "--forceunmount");
    }
}

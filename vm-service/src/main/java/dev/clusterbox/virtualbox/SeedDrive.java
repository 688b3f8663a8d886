package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.MachineName;
import dev.clusterbox.virtualbox.Registry.Found;
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
        host.makeFolder(places.seeds());
        var file = "%s%s.iso".formatted(Places.seedsOf(name), UUID.randomUUID());
        host.write(places.seeds() + "/" + file, disk);
        attach(machine, places.seeds() + "/" + file);
        removal.removeSeeds(name, file::equals);
    }

    void empty(MachineName name, Found machine) throws InterruptedException {
        var medium = machine.info().medium(CONTROLLER, PORT);
        if (medium.isPresent() && Places.isBelow(places.seeds(), medium.get())) {
            attach(machine, EMPTY);
        }
        removal.removeSeeds(name, _ -> false);
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

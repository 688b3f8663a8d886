package dev.clusterbox.virtualbox;

import dev.clusterbox.machine.MachineName;

/**
 * Where we have what on the host. A virtual machine is ours if, and only if, its settings lie below {@link #machines}: that
 * is true from the first moment, whatever was killed afterwards.
 *
 * @param folder with its real path on that host
 */
record Places(String folder) {

    String machines() {
        return folder + "/machines";
    }

    String machine(MachineName name) {
        return machines() + "/" + name;
    }

    String seeds() {
        return folder + "/seeds";
    }

    boolean isOurs(MachineInfo machine) {
        return machine.file().replace('\\', '/').startsWith(machines() + "/");
    }

    /** What begins with this is a seed of that machine: no name has a dot. */
    static String seedsOf(MachineName name) {
        return name + ".";
    }
}

package dev.clusterbox.nspawn;

import dev.clusterbox.machine.MachineSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each machine's processes stand in control groups of their own: that is how they are found, limited and ended, whoever
 * started them.
 */
interface ControlGroups {

    /**
     * How a process gets into a machine's groups.
     *
     * @param prefix goes before the command
     * @param files get the process id from the process itself, before it becomes anything else
     */
    record Placement(List<String> prefix, List<String> files) {

        Map<String, String> environment() {
            return Map.of("CB_GROUPS", String.join(" ", files));
        }
    }

    /** Makes the groups, with the machine's limits where the host can keep them. */
    Placement prepare(String container, MachineSpec spec);

    /** Everything that runs in a machine, and what keeps it running. */
    Set<Long> processes(String container);

    /** Ends everything, and returns when nothing is left. */
    void kill(String container) throws InterruptedException;

    /** Removes the groups, which are empty. */
    void remove(String container) throws InterruptedException;

    /** Removes what the groups of all machines were in, when no machine has one. */
    void tidy() throws InterruptedException;
}

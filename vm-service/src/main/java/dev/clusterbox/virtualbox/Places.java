package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Host;
import dev.clusterbox.machine.MachineName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where we have what on the host. A virtual machine is ours if, and only if, its settings lie below {@link #machines}: that
 * is true from the first moment, whatever was killed afterwards.
 */
final class Places {

    private final Host host;
    private final String installation;
    private volatile @Nullable String folder;

    /**
     * @param folder on that host, with its real path; where it is not given, one in the home of the host's user, who is asked for it when it
     *     is needed first: the host may not answer yet
     */
    Places(Host host, Optional<String> folder, String installation) {
        this.host = host;
        this.folder = folder.orElse(null);
        this.installation = installation;
    }

    String folder() throws InterruptedException {
        var known = folder;
        if (known == null) {
            known = "%s/.local/share/clusterbox/%s".formatted(host.home(), installation);
            folder = known;
        }
        return known;
    }

    String machines() throws InterruptedException {
        return folder() + "/machines";
    }

    String machine(MachineName name) throws InterruptedException {
        return machines() + "/" + name;
    }

    String seeds() throws InterruptedException {
        return folder() + "/seeds";
    }

    boolean isOurs(MachineInfo machine) throws InterruptedException {
        return isBelow(machines(), machine.file());
    }

    /** Windows' paths have other separators, and VirtualBox there takes both. */
    static boolean isBelow(String folder, String path) {
        return path.replace('\\', '/').startsWith(folder + "/");
    }

    /** What begins with this is a seed of that machine: no name has a dot. */
    static String seedsOf(MachineName name) {
        return name + ".";
    }
}

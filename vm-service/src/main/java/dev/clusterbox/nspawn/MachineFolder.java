package dev.clusterbox.nspawn;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.CommandRunner;
import dev.clusterbox.machine.MachineSpec;
import dev.clusterbox.network.Ipv4;
import dev.clusterbox.seed.GuestFiles;
import dev.clusterbox.seed.HostsFile;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** All of a machine that outlives its processes. The folder is the machine: it appears in full, and vanishes, by a rename. */
record MachineFolder(Path path) {

    /** Names of machines never begin with a dot: what does is half made, or half removed. */
    static final String UNFINISHED = ".";

    private static final Path RESOLVER = Path.of("etc/resolv.conf");
    private static final String RESOLVER_IS_OURS =
            "# Written by Clusterbox when the machine starts; remove this line to keep your own.";

    /** A console says little after its machine runs. It is cut when it has said too much. */
    private static final long LARGEST_CONSOLE = 1 << 20;

    /** What a machine writes. */
    Path upper() {
        return path.resolve("upper");
    }

    Path work() {
        return path.resolve("work");
    }

    /** Where its file system is mounted, in a mount namespace of its own: seen from the host it stays empty. */
    Path root() {
        return path.resolve("root");
    }

    /** Containers cannot keep their own overlays on an overlay: theirs are here. */
    Path containers() {
        return path.resolve("containerd");
    }

    Path kubelet() {
        return path.resolve("kubelet");
    }

    Path console() {
        return path.resolve("console.log");
    }

    /** The line of /proc/PID/stat of the process that is the machine. */
    Path process() {
        return path.resolve("process");
    }

    private Path file() {
        return path.resolve("machine.json");
    }

    Optional<StoredMachine> read(ObjectMapper json) {
        return JsonFolder.read(file(), StoredMachine.class, json);
    }

    /** Makes the folder beside its place and then moves it there. */
    static void create(MachineFolder place, StoredMachine machine, ObjectMapper json) {
        try {
            var made = new MachineFolder(place.path.resolveSibling(UNFINISHED + "new-" + UUID.randomUUID()));
            Files.createDirectory(made.path);
            for (var folder : List.of(made.upper(), made.work(), made.root(), made.containers(), made.kubelet())) {
                folder(folder, "rwxr-xr-x");
            }
            made.write(machine.spec(), machine.id());
            JsonFolder.write(made.file(), machine, json);
            Files.move(made.path, place.path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(MachineSpec spec, UUID id) throws IOException {
        var files = GuestFiles.atRest(upper());
        files.write(Path.of("etc/hostname"), spec.hostName() + "\n", "rw-r--r--");
        writeHosts(files, spec);
        // A machine that has its id does not think that it boots for the first time, which would enable what is masked.
        files.write(Path.of("etc/machine-id"), id.toString().replace("-", "") + "\n", "r--r--r--");
        folder(upper().resolve("var"), "rwxr-xr-x");
        folder(upper().resolve("var/lib"), "rwxr-xr-x");
        folder(upper().resolve("var/lib/clusterbox"), "rwx------");
    }

    void writeHosts(GuestFiles files, MachineSpec spec) {
        files.write(Path.of("etc/hosts"), HostsFile.of(spec.hostName(), spec.address(), spec.hosts()), "rw-r--r--");
    }

    StoredMachine rewrite(StoredMachine machine, ObjectMapper json) {
        JsonFolder.write(file(), machine, json);
        return machine;
    }

    private static void folder(Path folder, String permissions) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions)); // whatever the umask
    }

    /** Gives a machine that does not run the name servers of today, unless somebody in it has chosen others. */
    void writeResolver(List<Ipv4> nameServers) {
        var there = upper().resolve(RESOLVER);
        if (Files.exists(there, LinkOption.NOFOLLOW_LINKS) && !isOurs(there)) {
            return;
        }
        var text = nameServers.stream()
                .map(address -> "nameserver " + address + "\n")
                .collect(Collectors.joining("", RESOLVER_IS_OURS + "\n", ""));
        GuestFiles.atRest(upper()).write(RESOLVER, text, "rw-r--r--");
    }

    /** For a machine that does not run; at each start, so that it is what this version of the service needs. */
    void writeNodeKernel() {
        var files = GuestFiles.atRest(upper());
        files.write(NodeKernel.UNIT_FILE, NodeKernel.UNIT_TEXT, "rw-r--r--");
        files.write(NodeKernel.MANAGER_FILE, NodeKernel.MANAGER_TEXT, "rw-r--r--");
    }

    private static boolean isOurs(Path resolver) {
        try {
            return Files.isRegularFile(resolver, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(resolver) < 4096
                    && Files.readString(resolver).startsWith(RESOLVER_IS_OURS);
        } catch (IOException e) {
            return false;
        }
    }

    void cutConsole() {
        try {
            if (Files.exists(console()) && Files.size(console()) > LARGEST_CONSOLE) {
                FileChannel.open(console(), StandardOpenOption.WRITE)
                        .truncate(0)
                        .close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last that a machine said, for a problem's message. */
    String lastWords() {
        try {
            var all = Files.readString(console(), StandardCharsets.ISO_8859_1).strip();
            return all.substring(Math.max(0, all.length() - 500));
        } catch (IOException e) {
            return "";
        }
    }

    /** Takes the folder out of sight first: a machine is there in full or not at all. */
    void delete(CommandRunner host) throws InterruptedException {
        var gone = path;
        if (!path.getFileName().toString().startsWith(UNFINISHED)) {
            gone = path.resolveSibling(UNFINISHED + "gone-" + UUID.randomUUID());
            try {
                Files.move(path, gone, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // rm can remove what a machine may have made: paths longer than the kernel takes, names in no character set.
        var removal = Command.of("rm", "-rf", "--one-file-system", "--", gone.toString());
        if (!host.run(removal).succeeded()) {
            host.run(Command.of("chattr", "-R", "-f", "-i", "-a", "--", gone.toString()));
            host.run(removal).orFail();
        }
    }
}

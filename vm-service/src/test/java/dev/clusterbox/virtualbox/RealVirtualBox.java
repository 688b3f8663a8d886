package dev.clusterbox.virtualbox;

import dev.clusterbox.host.LocalHost;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.virtualbox.Templates.Template;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The real VirtualBox, one of its own: with its own settings, processes and mounts, in the network of the tests. Virtual machines
 * start, and interpret code so slowly that nothing inside one can be tested. What is played is said in {@code VBoxManage.sh}.
 *
 * <p>Everything that VirtualBox is given a path to must lie in its folder, which has the same path inside and outside.
 */
public final class RealVirtualBox implements AutoCloseable {

    /** What VirtualBox allows by itself since 6.1.28. An empty file would allow nothing. */
    private static final String ALLOWED = "* 192.168.56.0/21\n";

    private final Path folder;
    private final Process first;
    private final Set<String> linksBefore;

    private RealVirtualBox(Path folder, Process first, Set<String> linksBefore) {
        this.folder = folder;
        this.first = first;
        this.linksBefore = linksBefore;
    }

    /**
     * Starts it, or skips the calling test where that cannot be.
     *
     * @param folder an empty one, whose path has nothing that a shell would read as more than a letter
     */
    public static RealVirtualBox start(Path folder) throws IOException {
        var root = VirtualBoxRoot.needed();
        var here = Files.createDirectories(folder).toRealPath();
        var script = Files.write(here.resolve("first-process.sh"), VirtualBoxRoot.resource("first-process.sh"));
        var networks = Files.writeString(here.resolve("networks.conf"), ALLOWED);
        var before = links();
        var first = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "--propagation",
                        "private",
                        "--",
                        "sh",
                        script.toString(),
                        root.toString(),
                        here.toString(),
                        networks.toString())
                .redirectError(Redirect.INHERIT)
                .start();
        var box = new RealVirtualBox(here, first, before);
        try {
            box.awaitReady();
            box.writeProgram();
            return box;
        } catch (IOException | RuntimeException e) {
            box.close();
            throw e;
        }
    }

    private void awaitReady() throws IOException {
        @SuppressWarnings("resource") // it is the process's, and closed with it
        var output = new BufferedReader(first.inputReader(StandardCharsets.UTF_8));
        for (var line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
            if (line == null) {
                throw new IOException("VirtualBox has not started: " + folder.resolve("VBoxSVC.log"));
            }
        }
    }

    private void writeProgram() throws IOException {
        var inside = first.toHandle().children().findFirst().orElseThrow().pid();
        var text = new String(VirtualBoxRoot.resource("VBoxManage.sh"), StandardCharsets.UTF_8)
                .replace("@PID@", Long.toString(inside))
                .replace("@FOLDER@", folder.toString());
        Files.setPosixFilePermissions(Files.writeString(program(), text), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A program to be called as VBoxManage is; root may call it from anywhere on this host. */
    public Path program() {
        return folder.resolve("VBoxManage");
    }

    public Path folder() {
        return folder;
    }

    /** Its {@code /etc/vbox/networks.conf}: what is written there is in force at once. */
    public Path networksFile() {
        return folder.resolve("networks.conf");
    }

    public LocalHost host() {
        return new LocalHost(new LocalRunner());
    }

    VBoxManage manage() {
        return new VBoxManage(host(), program().toString(), Map.of(), Duration.ofMillis(100));
    }

    /** VirtualBox's service forgets what it knew of machines, as when the computer was off: the next call starts it again. */
    void endService() throws IOException, InterruptedException {
        var services = first.toHandle()
                .descendants()
                .filter(process -> process.info()
                        .command()
                        .filter(program -> program.endsWith("/VBoxSVC"))
                        .isPresent())
                .toList();
        services.forEach(ProcessHandle::destroy);
        for (var service : services) {
            // Nobody asks how it ended, so it stays as a process without a command.
            var command = Path.of("/proc/%d/cmdline".formatted(service.pid()));
            while (Files.exists(command) && !Files.readString(command).isEmpty()) {
                Thread.sleep(20);
            }
        }
    }

    /** Makes a virtual machine with a disk of 8 MB that has nothing on it, and the snapshot that clones begin with. */
    Template template(String name) throws InterruptedException {
        var manage = manage();
        var place = folder.resolve("images");
        var disk = place.resolve(name).resolve("disk.vdi");
        manage.run(
                "createvm",
                "--name",
                name,
                "--basefolder",
                place.toString(),
                "--ostype",
                "Debian12_64",
                "--register",
                "--platform-architecture",
                "x86");
        manage.run("createmedium", "disk", "--filename", disk.toString(), "--size", "8");
        manage.run("storagectl", name, "--name", "SATA", "--add", "sata", "--portcount", "2");
        manage.run(
                "storageattach",
                name,
                "--storagectl",
                "SATA",
                "--port",
                "0",
                "--type",
                "hdd",
                "--medium",
                disk.toString());
        var taken = manage.run("snapshot", name, "take", "baked").strip();
        return new Template("test", name, taken.substring(taken.lastIndexOf(' ') + 1));
    }

    /** Ends everything that runs in it, by ending its first process; mounts end with that, and its interfaces are removed. */
    @Override
    public void close() throws IOException {
        try {
            first.outputWriter(StandardCharsets.UTF_8).close();
            if (!first.waitFor(10, TimeUnit.SECONDS)) {
                first.destroyForcibly().waitFor();
            }
            var made = links();
            made.removeAll(linksBefore);
            for (var link : made) {
                if (link.startsWith("vboxnet")) {
                    new ProcessBuilder("ip", "link", "delete", "dev", link)
                            .inheritIO()
                            .start()
                            .waitFor();
                }
            }
        } catch (InterruptedException e) {
            first.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> links() throws IOException {
        return NetworkInterface.networkInterfaces()
                .map(NetworkInterface::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

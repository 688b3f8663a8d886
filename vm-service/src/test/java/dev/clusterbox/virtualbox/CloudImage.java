package dev.clusterbox.virtualbox;

import dev.clusterbox.host.Command;
import dev.clusterbox.host.HostsNetwork;
import dev.clusterbox.host.LocalRunner;
import dev.clusterbox.image.ThisDebian;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A disk like Debian's cloud images, with the packages of a machine on it, since the guests of the tests reach nobody: built once,
 * kept for all runs. Only for tests under QEMU, which take long and have a flag of their own.
 */
public final class CloudImage {

    private static final String FLAG = "clusterbox.qemu";

    /** The kernel is the one with all drivers: that for clouds has none for what VirtualBox offers. */
    private static final List<String> COMPUTER = List.of(
            "linux-image-amd64",
            "initramfs-tools",
            "extlinux",
            "syslinux-common",
            "cloud-init",
            "cloud-guest-utils",
            "fdisk",
            "e2fsprogs",
            "openssh-server",
            "sudo",
            "netplan.io",
            "netbase",
            "systemd-resolved",
            "udev");

    private static final List<String> NEEDED = List.of(
            "qemu-system-x86_64", "mmdebstrap", "unshare", "sfdisk", "losetup", "mkfs.ext4", "chroot", "tar", "ip");

    private static final Duration LIMIT = Duration.ofMinutes(60);

    private CloudImage() {}

    /** The disk, raw. Without the flag the calling test is skipped, and says so; with it, what is missing fails it. */
    public static Path needed() throws IOException, InterruptedException {
        if (!Boolean.getBoolean(FLAG)) {
            System.out.println("guests under QEMU: NOT TESTED: -D%s=true is not set".formatted(FLAG));
            Assumptions.abort("NOT TESTED: -D%s=true is not set".formatted(FLAG));
        }
        for (var program : NEEDED) {
            Assertions.assertTrue(
                    LocalRunner.find(program).isPresent(),
                    program + " is not installed: apt-get install qemu-system-x86 mmdebstrap fdisk iproute2");
        }
        var shelf = Files.createDirectories(Path.of(System.getProperty("clusterbox.cache")))
                .toRealPath();
        var disk = shelf.resolve("cloud-image-" + key() + ".raw");
        try (var channel = FileChannel.open(
                        shelf.resolve("cloud-image.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(disk)) {
                System.out.println("guests under QEMU: building " + disk + ", once");
                build(disk);
            }
        }
        return disk;
    }

    private static List<String> packages() {
        var packages = new ArrayList<>(COMPUTER);
        packages.addAll(ThisDebian.packages());
        return packages;
    }

    private static String key() throws IOException {
        var content = packages()
                + ThisDebian.sources()
                + new String(VirtualBoxRoot.resource("cloud-image.sh"), StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8);
    }

    private static void build(Path disk) throws IOException, InterruptedException {
        var scratch = Files.createTempDirectory(disk.getParent(), ".cloud-image-");
        try {
            var sources = Files.writeString(scratch.resolve("here.sources"), ThisDebian.sources());
            var root = scratch.resolve("root.tar");
            var network = new HostsNetwork();
            var arguments = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "--"));
            arguments.addAll(List.of("mmdebstrap", "--mode=root", "--variant=minbase", "--format=tar"));
            arguments.add("--include=" + String.join(",", packages()));
            ThisDebian.aptOptions(network).forEach(option -> arguments.add("--aptopt=" + option));
            arguments.add("--aptopt=APT::Install-Recommends \"false\";");
            arguments.add("--aptopt=Acquire::Languages \"none\";");
            arguments.addAll(List.of("--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=force-unsafe-io"));
            arguments.addAll(List.of(ThisDebian.suite(), root.toString(), sources.toString()));
            network.run(Command.of(arguments).within(LIMIT)).orFail();
            var script = Files.write(scratch.resolve("cloud-image.sh"), VirtualBoxRoot.resource("cloud-image.sh"));
            var made = scratch.resolve("disk.raw");
            new LocalRunner()
                    .run(Command.of(
                                    "unshare",
                                    "--mount",
                                    "--propagation",
                                    "private",
                                    "--",
                                    "sh",
                                    script.toString(),
                                    root.toString(),
                                    made.toString())
                            .within(LIMIT))
                    .orFail();
            Files.move(made, disk, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            new LocalRunner()
                    .run(Command.of("rm", "-rf", "--one-file-system", "--", scratch.toString()))
                    .orFail();
        }
    }
}

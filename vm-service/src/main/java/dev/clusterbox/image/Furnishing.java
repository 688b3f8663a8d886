package dev.clusterbox.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/** Makes the tree of packages a machine's: what must not start by itself does not, and what is particular is taken out. */
final class Furnishing {

    private static final Path UNITS = Path.of("etc/systemd/system");
    private static final Path NOTHING = Path.of("/dev/null");

    /** What a container has no use for: hardware, terminals, the host's housekeeping, what is done before it boots. */
    private static final List<String> OF_A_COMPUTER = List.of(
            "apt-daily.service",
            "apt-daily.timer",
            "apt-daily-upgrade.service",
            "apt-daily-upgrade.timer",
            "dpkg-db-backup.timer",
            "e2scrub_all.timer",
            "e2scrub_reap.service",
            "fstrim.timer",
            "motd-news.timer",
            "systemd-tmpfiles-clean.timer",
            "getty@.service",
            "console-getty.service",
            "container-getty@.service",
            "systemd-logind.service",
            "systemd-ask-password-console.path",
            "systemd-ask-password-wall.path",
            "systemd-networkd.service",
            "systemd-networkd.socket",
            "systemd-networkd-wait-online.service",
            "systemd-resolved.service",
            "systemd-timesyncd.service",
            "systemd-pstore.service",
            "systemd-remount-fs.service",
            "systemd-update-utmp.service",
            "systemd-update-utmp-runlevel.service",
            "systemd-journal-flush.service",
            "dev-hugepages.mount",
            "proc-sys-fs-binfmt_misc.automount",
            "sys-kernel-config.mount",
            "sys-kernel-debug.mount",
            "sys-kernel-tracing.mount");

    private Furnishing() {}

    static void of(Path root) throws IOException {
        var units = Files.createDirectories(root.resolve(UNITS));
        for (var unit : Contents.UNITS_OF_THE_CLUSTER) {
            link(units.resolve(unit), NOTHING);
        }
        for (var unit : OF_A_COMPUTER) {
            link(units.resolve(unit), NOTHING);
        }
        link(units.resolve("default.target"), Path.of("/lib/systemd/system/multi-user.target"));
        for (var file : List.of("etc/hostname", "etc/resolv.conf", "etc/machine-id", "var/lib/dbus/machine-id")) {
            Files.deleteIfExists(root.resolve(file));
        }
        journal(root);
        stamp(root);
    }

    /** In memory: a machine that is looked into still runs, and seven of them boot at once. */
    private static void journal(Path root) throws IOException {
        var folder = Files.createDirectories(root.resolve("etc/systemd/journald.conf.d"));
        Files.writeString(
                folder.resolve("clusterbox.conf"), "[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nAudit=no\n");
    }

    /** Tells systemd that nothing has changed since the last boot (systemd-update-done.service(8)). */
    private static void stamp(Path root) throws IOException {
        var usr = Files.getLastModifiedTime(root.resolve("usr"));
        for (var file : List.of("etc/.updated", "var/.updated")) {
            Files.writeString(root.resolve(file), "");
            Files.setLastModifiedTime(
                    root.resolve(file), FileTime.from(usr.toInstant().plusSeconds(1)));
        }
    }

    private static void link(Path link, Path target) throws IOException {
        if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(link);
        }
        Files.createSymbolicLink(link, target);
    }
}

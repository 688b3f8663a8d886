package dev.clusterbox.nspawn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What containerd and kubelet expect of a kernel of their own, and a machine that shares the host's does not have. Some of it
 * systemd-nspawn does; what can only be done in a machine that boots is a unit of the machine's own systemd.
 */
final class NodeKernel {

    static final String UNIT = "clusterbox-node-kernel.service";

    static final Path UNIT_FILE = Path.of("etc/systemd/system", UNIT);

    /**
     * Containers get control groups of their own in the hierarchies of version 1, which systemd-nspawn mounts read-only (version 2 is
     * writable already), and see what kubelet mounts. kubelet insists on six settings of the kernel (setupKernelTunables in its
     * container_manager_linux.go), which would be the whole host's: it is given private files to write them to.
     */
    static final String UNIT_TEXT = """
            # Written by Clusterbox when the machine starts.
            [Unit]
            Description=What a node needs of a kernel that is not its own
            ConditionVirtualization=container
            Before=containerd.service kubelet.service

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/bin/mount --make-rshared /
            ExecStart=/bin/sh -ec 'for group in $$(findmnt -rnt cgroup -o TARGET); do \\
              mount -o remount,bind,rw,nosuid,nodev,noexec "$$group"; done'
            ExecStart=/bin/sh -ec 'mkdir -p /run/clusterbox-node-kernel; cd /run/clusterbox-node-kernel; \\
              for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops \\
              kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do \\
              own=$$(basename $$setting); if [ ! -e $$own ]; then cat /proc/sys/$$setting > $$own; mount --bind $$own /proc/sys/$$setting; fi; done'
            """;

    static final Path MANAGER_FILE = Path.of("etc/systemd/system.conf.d/clusterbox-node.conf");

    /** A container ignores being asked to end as the first process that it is; a node that reboots waits for it so long. */
    static final String MANAGER_TEXT = "[Manager]\nDefaultTimeoutStopSec=10s\n";

    private static final Path KERNEL_LOG = Path.of("/dev/kmsg");

    private NodeKernel() {}

    /** What systemd-nspawn, and then systemd as the first process, are told. */
    static List<String> arguments(MachineFolder folder) {
        // kubelet does not start without a kernel's log; on a host that shows none, an empty one does.
        var log = Files.exists(KERNEL_LOG) ? KERNEL_LOG : Path.of("/dev/null");
        return List.of(
                "--bind=" + folder.containers() + ":/var/lib/containerd",
                "--bind=" + folder.kubelet() + ":/var/lib/kubelet",
                "--bind=" + log + ":" + KERNEL_LOG,
                "systemd.wants=" + UNIT);
    }
}

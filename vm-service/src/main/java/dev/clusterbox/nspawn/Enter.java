package dev.clusterbox.nspawn;

import java.util.List;

/** The way into a machine for root on its host. */
final class Enter {

    /** Without words a login shell, else the words as a command; with the machine's environment and not the host's. */
    private static final String SHELL = """
            cd /root; [ $# -gt 0 ] || set -- /bin/bash -l; \
            exec env -i TERM="${TERM:-linux}" HOME=/root USER=root LOGNAME=root LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
            """;

    private Enter() {}

    /** What runs inside is the machine's own program, so it gets no more of the host's rights than the machine has. */
    static List<String> command(HostProcess first) {
        return List.of(
                "setpriv",
                "--bounding-set=-sys_time,-sys_module",
                "nsenter",
                "--target=" + first.id(),
                "--all",
                "--",
                "/bin/sh",
                "-c",
                SHELL.strip(),
                "sh");
    }
}

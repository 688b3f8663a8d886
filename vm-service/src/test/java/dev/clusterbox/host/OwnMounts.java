package dev.clusterbox.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A view of the file system with mounts of its own, which ends with the process that holds it: {@code /mnt} is in memory
 * and has a disk of 8 MiB in {@code /mnt/small}, and {@code /run} is empty. Nothing of it is seen outside.
 */
public final class OwnMounts implements AutoCloseable {

    /** The user whose folders there are; no user of this computer. */
    static final int USER = 54321;

    private static final String SCRIPT = """
            mount -t tmpfs tmpfs /mnt
            mkdir -m 700 /mnt/home /mnt/small
            mount -t tmpfs -o size=8m,mode=700,uid=$1,gid=$1 tmpfs /mnt/small
            chown $1:$1 /mnt/home
            mount -t tmpfs tmpfs /run
            echo ready
            exec cat
            """;

    private final Process holder;

    OwnMounts() throws Exception {
        holder = new ProcessBuilder("unshare", "--mount", "--", "sh", "-euc", SCRIPT, "sh", Integer.toString(USER))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var answer = holder.inputReader()) {
            if (!"ready".equals(answer.readLine())) {
                throw new IllegalStateException("no mounts of our own");
            }
        }
    }

    /** Where something there is seen from outside. */
    Path seen(String path) {
        return Path.of("/proc/" + holder.pid() + "/root" + path);
    }

    /** The command, run there. */
    List<String> inside(String... command) {
        return Stream.concat(
                        Stream.of("nsenter", "--mount", "-t", Long.toString(holder.pid()), "--"), Stream.of(command))
                .toList();
    }

    /** Puts a file in the place of one that is there. */
    void cover(String path, String content) throws Exception {
        var file = Files.writeString(seen("/mnt/" + path.replace('/', '_')), content);
        new ProcessBuilder(inside(
                        "sh",
                        "-euc",
                        "chmod \"$(stat -c %a \"$2\")\" \"$1\"; mount --bind \"$1\" \"$2\"",
                        "sh",
                        "/mnt/" + file.getFileName(),
                        path))
                .inheritIO()
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}

package dev.clusterbox.agent.operation;

import dev.clusterbox.agent.file.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Checksums of large files, remembered as long as the file is the same one: its inode and the time of its last change, which
 * nobody can set back. Kept in memory only; a dry run over some gigabytes of binaries must not read them each time.
 */
final class Digests {

    private record Known(Object inode, Object changed, Object size, Sha256 digest) {}

    private final Map<Path, Known> known = new ConcurrentHashMap<>();

    Sha256 of(Path file) throws IOException {
        var attributes = Files.readAttributes(file, "unix:ino,ctime,size", LinkOption.NOFOLLOW_LINKS);
        var inode = attributes.get("ino");
        var changed = attributes.get("ctime");
        var size = attributes.get("size");
        var before = known.get(file);
        if (before != null
                && before.inode.equals(inode)
                && before.changed.equals(changed)
                && before.size.equals(size)) {
            return before.digest;
        }
        var digest = Sha256.of(file);
        if (inode != null && changed != null && size != null) {
            known.put(file, new Known(inode, changed, size, digest));
        }
        return digest;
    }
}

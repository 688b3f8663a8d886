package dev.clusterbox.agent.file;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permission bits. Set-user-id and its like are not to be had. */
public record Mode(int bits) {

    public static final Mode PRIVATE = new Mode(0600);
    public static final Mode PUBLIC = new Mode(0644);
    public static final Mode EXECUTABLE = new Mode(0755);

    private static final PosixFilePermission[] FROM_HIGH = {
        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE
    };

    public Mode {
        if (bits <= 0 || bits > 0777) {
            throw Problem.invalid("mode: %o (expected: 1 to 777, octal)".formatted(bits), "")
                    .asException();
        }
    }

    /** Protobuf has no absent number: 0 is the default. */
    public static Mode of(int bits, Mode whereZero) {
        return bits == 0 ? whereZero : new Mode(bits);
    }

    public static Mode of(Path path) throws IOException {
        var permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        int bits = 0;
        for (var permission : FROM_HIGH) {
            bits = bits << 1 | (permissions.contains(permission) ? 1 : 0);
        }
        return new Mode(Math.max(bits, 1));
    }

    public void set(Path path) throws IOException {
        Files.setPosixFilePermissions(path, permissions());
    }

    Set<PosixFilePermission> permissions() {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < FROM_HIGH.length; i++) {
            if ((bits & (0400 >> i)) != 0) {
                permissions.add(FROM_HIGH[i]);
            }
        }
        return permissions;
    }

    /** As {@code chmod} takes it. */
    @Override
    public String toString() {
        return "%04o".formatted(bits);
    }
}

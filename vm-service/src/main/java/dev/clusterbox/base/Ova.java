package dev.clusterbox.base;

import dev.clusterbox.problem.Problem;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A virtual machine in one file: a tar archive (DMTF DSP0243) of a description, checksums and disks. Only the disk is taken: the
 * machine around it is made here, with the adapters that Clusterbox needs.
 */
final class Ova {

    private static final int RECORD = 512;

    private Ova() {}

    /** Writes the archive's only disk there. No name in it is used as a path. */
    static void takeDisk(Path archive, Path target, long largest) throws IOException {
        boolean taken = false;
        try (var in = new BufferedInputStream(Files.newInputStream(archive), 1 << 20)) {
            for (var header = in.readNBytes(RECORD); isMember(header); header = in.readNBytes(RECORD)) {
                var name = text(header, 0, 100);
                long size = size(header);
                if (size < 0 || size > largest) {
                    throw refused(archive, "'%s' has %d bytes".formatted(name, size));
                }
                if (name.toLowerCase(Locale.ROOT).endsWith(".vmdk")) {
                    if (taken) {
                        throw refused(archive, "it has more than one disk");
                    }
                    taken = true;
                    copy(in, size, target);
                } else {
                    in.skipNBytes(size);
                }
                in.skipNBytes((RECORD - size % RECORD) % RECORD);
            }
        }
        if (!taken) {
            throw refused(archive, "there is no VMDK in it");
        }
    }

    private static boolean isMember(byte[] header) {
        return header.length == RECORD && header[0] != 0;
    }

    private static void copy(InputStream in, long size, Path target) throws IOException {
        try (var out = Files.newOutputStream(target)) {
            var buffer = new byte[1 << 20];
            for (long left = size; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                if (read == 0) {
                    throw new IOException("the archive ends too early");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    /** Octal, or for large files binary with the highest bit set. */
    private static long size(byte[] header) {
        if ((header[124] & 0x80) != 0) {
            long size = 0;
            for (int i = 128; i < 136; i++) {
                size = size << 8 | (header[i] & 0xff);
            }
            return size;
        }
        var digits = text(header, 124, 12).strip();
        return digits.matches("[0-7]{1,11}") ? Long.parseLong(digits, 8) : -1;
    }

    private static String text(byte[] header, int from, int length) {
        var text = new String(header, from, length, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static RuntimeException refused(Path archive, String trouble) {
        return Problem.invalid(
                        "'%s' cannot be used: %s".formatted(archive, trouble),
                        "export a machine with one disk: VBoxManage export NAME -o FILE.ova")
                .asException();
    }
}

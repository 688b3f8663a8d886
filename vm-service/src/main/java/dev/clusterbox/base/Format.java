package dev.clusterbox.base;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a file is, by what it begins with: names say little ({@code .img} may be anything). */
enum Format {
    QCOW2,
    VDI,
    VMDK,
    OVA,
    GZIP,
    RAW;

    private static final int HEAD = 1024;

    /** Formats that are programs' own, with what people do about them. */
    static Format of(Path file) throws IOException {
        var head = ByteBuffer.allocate(HEAD);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            DiskContent.fill(channel, 0, head);
        }
        head.clear();
        if (head.getInt(0) == Qcow2.MAGIC) {
            return QCOW2;
        }
        if (Integer.reverseBytes(head.getInt(Vdi.SIGNATURE_AT)) == Vdi.SIGNATURE) {
            return VDI;
        }
        if (text(head, 0, 4).equals("KDMV")) {
            return VMDK;
        }
        if (text(head, 257, 5).equals("ustar")) {
            return OVA;
        }
        if (head.getShort(0) == 0x1f8b) {
            return GZIP;
        }
        refuse(file, head);
        return RAW;
    }

    private static void refuse(Path file, ByteBuffer head) {
        if (text(head, 0, 21).equals("# Disk DescriptorFile")) {
            throw refused(
                    file, "a VMDK in several files", "make it one: VBoxManage clonemedium FILE NEW.vdi --format VDI");
        }
        if (head.getInt(0) == 0xfd377a58
                || head.getInt(0) == 0x28b52ffd
                || text(head, 0, 3).equals("BZh")) {
            throw refused(file, "compressed", "unpack it first (xz -d, zstd -d, bunzip2)");
        }
        // The boot sector's last bytes, which a disk for EFI has, too (UEFI 2.10, 5.2.3).
        if (head.order(ByteOrder.LITTLE_ENDIAN).getShort(510) != (short) 0xaa55) {
            throw refused(
                    file, "no disk that boots", "expected: OVA, VDI, VMDK, qcow2, or a raw disk with a boot sector");
        }
    }

    private static RuntimeException refused(Path file, String what, String hint) {
        return Problem.invalid("'%s' is %s".formatted(file, what), hint).asException();
    }

    private static String text(ByteBuffer head, int from, int length) {
        return StandardCharsets.ISO_8859_1.decode(head.slice(from, length)).toString();
    }
}

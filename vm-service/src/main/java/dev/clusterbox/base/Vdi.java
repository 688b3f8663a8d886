package dev.clusterbox.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Writes a disk in VirtualBox's own format, version 1.1 and growing: a header, a table that says for each megabyte of the disk which
 * of the file's it is, and those megabytes that are not all zeros. Written here, the file can be larger inside than what it was made
 * from, and only what is on the disk has to be brought to the host.
 */
final class Vdi {

    static final int SIGNATURE = 0xbeda107f;
    static final int SIGNATURE_AT = 0x40;

    private static final int BLOCK = 1 << 20;
    private static final int HEADER = 512;
    private static final int NOTHING = -1;
    private static final String TEXT = "<<< Oracle VM VirtualBox Disk Image >>>\n";

    private Vdi() {}

    /**
     * @param size of the disk, in bytes; at least that of its content, and a multiple of a megabyte
     * @param written sees how much of the content has been looked at
     */
    static void write(DiskContent content, long size, Path target, LongConsumer written) throws IOException {
        if (size < content.size() || size % BLOCK != 0) {
            throw new IllegalArgumentException("%d bytes for %d".formatted(size, content.size()));
        }
        int blocks = Math.toIntExact(size / BLOCK);
        int data = (HEADER + blocks * Integer.BYTES + BLOCK - 1) / BLOCK * BLOCK;
        var table = ByteBuffer.allocate(blocks * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int used = 0;
        try (var channel = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var block = ByteBuffer.allocate(BLOCK);
            var nothing = ByteBuffer.allocate(BLOCK);
            for (int i = 0; i < blocks; i++) {
                long from = (long) i * BLOCK;
                boolean any = from < content.size() && content.read(from, block.clear());
                if (any && block.flip().mismatch(nothing.clear()) >= 0) {
                    writeAll(channel, block, data + (long) used * BLOCK);
                    table.putInt(used++);
                } else {
                    table.putInt(NOTHING);
                }
                written.accept(Math.min(from + BLOCK, content.size()));
            }
            writeAll(channel, header(size, blocks, used, data), 0);
            writeAll(channel, table.flip(), HEADER);
            channel.force(true);
        }
    }

    private static ByteBuffer header(long size, int blocks, int used, int data) {
        var header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(TEXT.getBytes(StandardCharsets.US_ASCII)).position(SIGNATURE_AT);
        header.putInt(SIGNATURE).putInt(0x00010001).putInt(400); // version, and the size of what follows
        header.putInt(1).putInt(0); // growing, no flags
        header.position(0x154); // after a comment
        header.putInt(HEADER).putInt(data); // where the table is, and the data
        header.putInt(0).putInt(0).putInt(0).putInt(512).putInt(0); // no geometry; bytes of a sector
        header.putLong(size).putInt(BLOCK).putInt(0).putInt(blocks).putInt(used);
        uuid(header); // of this file
        uuid(header); // of its last change; the two of a parent stay empty
        header.position(0x1d4);
        header.putInt(512); // of the second geometry, which is not given either; VirtualBox insists
        return header.clear();
    }

    /** As VirtualBox has them: the first three parts lowest byte first. */
    private static void uuid(ByteBuffer header) {
        var uuid = UUID.randomUUID();
        long high = uuid.getMostSignificantBits();
        header.putInt((int) (high >>> 32)).putShort((short) (high >>> 16)).putShort((short) high);
        header.putLong(Long.reverseBytes(uuid.getLeastSignificantBits()));
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }
}

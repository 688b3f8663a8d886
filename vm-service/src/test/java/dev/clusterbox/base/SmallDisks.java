package dev.clusterbox.base;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;

/** Disks of a few megabytes in the formats that bases come in. */
public final class SmallDisks {

    private static final int CLUSTER = 1 << 16;

    private SmallDisks() {}

    /** A boot sector, something here and there, and zeros. */
    public static byte[] content(int megabytes) {
        var content = new byte[megabytes << 20];
        var random = new Random(7);
        for (int i = 0; i < megabytes; i += 2) {
            var some = new byte[90_000];
            random.nextBytes(some);
            Arrays.fill(some, 0, 60_000, (byte) i); // what can be compressed
            System.arraycopy(some, 0, content, (i << 20) + i * 4099, some.length);
        }
        content[510] = 0x55;
        content[511] = (byte) 0xaa;
        return content;
    }

    /**
     * As {@code qemu-img convert} writes it.
     *
     * @param compressed whether each other cluster is
     */
    static byte[] qcow2(byte[] content, boolean compressed) {
        int clusters = content.length / CLUSTER;
        var data = new ByteArrayOutputStream();
        var table = ByteBuffer.allocate(CLUSTER);
        long start = 3L * CLUSTER;
        for (int i = 0; i < clusters; i++) {
            var cluster = Arrays.copyOfRange(content, i * CLUSTER, (i + 1) * CLUSTER);
            if (Arrays.equals(cluster, new byte[CLUSTER])) {
                table.putLong(i % 2); // not there, or there as zeros
            } else if (compressed && i % 2 == 0) {
                var packed = deflated(cluster);
                long from = start + data.size();
                long sectors = ((from & 511) + packed.length + 511) / 512 - 1;
                table.putLong(1L << 62 | sectors << 54 | from);
                data.writeBytes(packed);
            } else {
                data.writeBytes(new byte[(CLUSTER - data.size() % CLUSTER) % CLUSTER]);
                table.putLong(1L << 63 | (start + data.size()));
                data.writeBytes(cluster);
            }
        }
        var file = ByteBuffer.allocate((int) start + data.size());
        header(file, content.length);
        file.putLong(CLUSTER, 1L << 63 | 2L * CLUSTER).put(2 * CLUSTER, table.array());
        return file.put((int) start, data.toByteArray()).array();
    }

    private static void header(ByteBuffer file, long size) {
        file.putInt(Qcow2.MAGIC)
                .putInt(3)
                .putLong(0)
                .putInt(0)
                .putInt(16)
                .putLong(size)
                .putInt(0);
        file.putInt(1).putLong(CLUSTER);
        file.putInt(96, 4).putInt(100, 112);
    }

    private static byte[] deflated(byte[] cluster) {
        var deflater = new Deflater(9, true);
        deflater.setInput(cluster);
        deflater.finish();
        var packed = new byte[2 * CLUSTER];
        int length = deflater.deflate(packed);
        deflater.end();
        return Arrays.copyOf(packed, length);
    }

    /** A tar archive as an OVA is one. */
    static byte[] archive(String... namesAndContents) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndContents.length; i += 2) {
            var content = namesAndContents[i + 1].getBytes(StandardCharsets.ISO_8859_1);
            var header = ByteBuffer.allocate(512);
            header.put(namesAndContents[i].getBytes(StandardCharsets.ISO_8859_1));
            header.position(124).put("%011o".formatted(content.length).getBytes(StandardCharsets.ISO_8859_1));
            header.position(257).put("ustar\0".getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(header.array());
            bytes.writeBytes(content);
            bytes.writeBytes(new byte[(512 - content.length % 512) % 512]);
        }
        bytes.writeBytes(new byte[1024]);
        return bytes.toByteArray();
    }

    /** What a VDI begins with, by its own table. */
    public static byte[] unpacked(Path vdi, int megabytes) throws IOException {
        var file = ByteBuffer.wrap(Files.readAllBytes(vdi)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int table = file.getInt(0x154);
        int data = file.getInt(0x158);
        var content = new byte[megabytes << 20];
        for (int i = 0; i < megabytes; i++) {
            int block = file.getInt(table + i * 4);
            if (block >= 0) {
                file.get(data + (block << 20), content, i << 20, 1 << 20);
            }
        }
        return content;
    }
}

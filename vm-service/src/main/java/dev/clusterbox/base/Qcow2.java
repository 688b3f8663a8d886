package dev.clusterbox.base;

import dev.clusterbox.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A disk in QEMU's format, versions 2 and 3 (QEMU, docs/interop/qcow2.txt), in which cloud images come. VirtualBox 7.2 can read
 * it, too; read here, it is the same with every version, and what refers to other files or is encrypted is refused with a reason.
 */
final class Qcow2 implements DiskContent {

    static final int MAGIC = 0x514649fb;

    private static final int HEADER = 112;
    private static final long OFFSET = 0x00fffffffffffe00L;
    private static final long COMPRESSED = 1L << 62;
    private static final long ZEROS = 1;

    /** Of the features that a reader must know, those that change nothing for one: not closed properly, and how it is compressed. */
    private static final long HARMLESS = 0b1001;

    /** A table of 4 MiB is that of a disk of 32 GiB with the smallest clusters, and of 256 TiB with the usual ones. */
    private static final int MOST_TABLE = 1 << 19;

    private final FileChannel channel;
    private final long size;
    private final int clusterBits;
    private final int clusterSize;
    private final ByteBuffer level1;
    private final ByteBuffer level2;
    private final byte[] cluster;
    private final Inflater inflater = new Inflater(true);

    private long loadedTable = -1;

    private Qcow2(FileChannel channel, ByteBuffer header) throws IOException {
        this.channel = channel;
        int version = header.getInt(4);
        require(
                version == 2 || version == 3,
                "its version is %d".formatted(version),
                "convert it: qemu-img convert -O raw");
        require(header.getLong(8) == 0, "it is a difference to another file", "flatten it: qemu-img convert -O qcow2");
        require(header.getInt(32) == 0, "it is encrypted", "decrypt it: qemu-img convert -O qcow2");
        long features = version == 3 ? header.getLong(72) & ~HARMLESS : 0;
        require(features == 0, "it has features 0x%x".formatted(features), "convert it: qemu-img convert -O qcow2");
        boolean zlib = version == 2 || header.getInt(100) <= 104 || header.get(104) == 0;
        require(zlib, "it is compressed, and not by zlib", "convert it: qemu-img convert -O qcow2");
        clusterBits = header.getInt(20);
        require(clusterBits >= 9 && clusterBits <= 21, "clusters of 2^%d bytes".formatted(clusterBits), "");
        clusterSize = 1 << clusterBits;
        size = header.getLong(24);
        int entries = header.getInt(36);
        long covered = (long) clusterSize * (clusterSize / Long.BYTES);
        require(
                size > 0 && entries > 0 && entries <= MOST_TABLE && size <= covered * entries,
                "%d bytes in %d tables".formatted(size, entries),
                "");
        level1 = ByteBuffer.allocate(entries * Long.BYTES);
        DiskContent.fill(channel, header.getLong(40), level1);
        level2 = ByteBuffer.allocate(clusterSize);
        cluster = new byte[clusterSize];
    }

    static Qcow2 open(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            var header = ByteBuffer.allocate(HEADER);
            DiskContent.fill(channel, 0, header);
            require(header.getInt(0) == MAGIC, "it is no such file", "");
            return new Qcow2(channel, header);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean read(long offset, ByteBuffer into) throws IOException {
        boolean any = false;
        long position = offset;
        while (into.hasRemaining()) {
            int within = (int) (position & (clusterSize - 1));
            int length = Math.min(clusterSize - within, into.remaining());
            if (position < size && load(position >>> clusterBits)) {
                into.put(cluster, within, length);
                any = true;
            } else {
                into.put(new byte[length]);
            }
            position += length;
        }
        return any;
    }

    /** Returns whether there is such a cluster; then it is in {@link #cluster}. One that is not there is all zeros. */
    private boolean load(long number) throws IOException {
        int perTable = clusterSize / Long.BYTES;
        long table = level1.getLong((int) (number / perTable) * Long.BYTES) & OFFSET;
        if (table == 0) {
            return false;
        }
        if (table != loadedTable) {
            DiskContent.fill(channel, table, level2.clear());
            loadedTable = table;
        }
        long entry = level2.getLong((int) (number % perTable) * Long.BYTES);
        if ((entry & COMPRESSED) != 0) {
            inflate(entry);
            return true;
        }
        if ((entry & OFFSET) == 0 || (entry & ZEROS) != 0) {
            return false;
        }
        DiskContent.fill(channel, entry & OFFSET, ByteBuffer.wrap(cluster));
        return true;
    }

    private void inflate(long entry) throws IOException {
        int bits = 62 - (clusterBits - 8);
        long from = entry & ((1L << bits) - 1);
        long sectors = ((entry & (COMPRESSED - 1)) >>> bits) + 1;
        var packed = ByteBuffer.allocate((int) (sectors * 512 - (from & 511)));
        DiskContent.fill(channel, from, packed);
        inflater.reset();
        inflater.setInput(packed.array());
        try {
            int filled = 0;
            while (filled < clusterSize) {
                int some = inflater.inflate(cluster, filled, clusterSize - filled);
                require(some > 0, "a cluster ends too early", "fetch it again");
                filled += some;
            }
        } catch (DataFormatException e) {
            throw new IOException("a cluster cannot be unpacked: " + e.getMessage(), e);
        }
    }

    private static void require(boolean condition, String trouble, String hint) {
        if (!condition) {
            throw Problem.invalid("this qcow2 file cannot be read: " + trouble, hint)
                    .asException();
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        channel.close();
    }
}

package dev.clusterbox.base;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What is on a disk, whatever file it is kept in. */
interface DiskContent extends Closeable {

    /** In bytes. */
    long size();

    /**
     * Fills the buffer with what begins there; behind the disk's end there are zeros.
     *
     * @return whether there may be anything but zeros
     */
    boolean read(long offset, ByteBuffer into) throws IOException;

    /** A file that is the disk, byte for byte. */
    static DiskContent raw(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ);
        long size = channel.size();
        return new DiskContent() {

            @Override
            public long size() {
                return size;
            }

            @Override
            public boolean read(long offset, ByteBuffer into) throws IOException {
                fill(channel, offset, into);
                return true;
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    /** Reads until the buffer is full; what is missing at the end of the file is zeros. */
    static void fill(FileChannel channel, long offset, ByteBuffer into) throws IOException {
        long position = offset;
        while (into.hasRemaining()) {
            int read = channel.read(into, position);
            if (read < 0) {
                into.put(new byte[into.remaining()]);
            } else {
                position += read;
            }
        }
    }
}

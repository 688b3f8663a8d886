package dev.clusterbox.host;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.common.Buffer.PlainBuffer;

/**
 * An ssh-agent: it has private keys, and signs with them without giving them away (draft-ietf-sshm-ssh-agent). Each question has a
 * connection of its own.
 */
final class SshAgent {

    private static final byte REQUEST_IDENTITIES = 11;
    private static final byte IDENTITIES = 12;
    private static final byte SIGN_REQUEST = 13;
    private static final byte SIGNATURE = 14;

    /** As OpenSSH has it. */
    private static final int LONGEST_ANSWER = 256 << 10;

    private final Path socket;

    SshAgent(Path socket) {
        this.socket = socket;
    }

    /** The public halves of its keys, as SSH writes them, in its order. */
    List<byte[]> keys() throws IOException {
        var answer = ask(new PlainBuffer().putByte(REQUEST_IDENTITIES), IDENTITIES);
        var keys = new ArrayList<byte[]>();
        for (int left = answer.readUInt32AsInt(); left > 0; left--) {
            keys.add(answer.readStringAsBytes());
            answer.readStringAsBytes(); // what its owner calls it
        }
        return keys;
    }

    /**
     * Signs.
     *
     * @param key one of {@link #keys}
     * @param flags which hash, where the kind of key does not say
     */
    byte[] sign(byte[] key, byte[] data, int flags) throws IOException {
        var request = new PlainBuffer()
                .putByte(SIGN_REQUEST)
                .putString(key)
                .putString(data)
                .putUInt32(flags);
        return ask(request, SIGNATURE).readStringAsBytes();
    }

    private PlainBuffer ask(PlainBuffer request, byte expected) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var message = ByteBuffer.wrap(
                    new PlainBuffer().putString(request.getCompactData()).getCompactData());
            while (message.hasRemaining()) {
                channel.write(message);
            }
            int length = read(channel, Integer.BYTES).getInt();
            if (length < 1 || length > LONGEST_ANSWER) {
                throw new IOException("it answers with %d bytes".formatted(length));
            }
            var answer = new PlainBuffer(read(channel, length).array());
            byte kind = answer.readByte();
            if (kind != expected) {
                throw new IOException("it answers %d (expected: %d)".formatted(kind, expected));
            }
            return answer;
        }
    }

    private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("it hung up");
            }
        }
        return bytes.flip();
    }

    @Override
    public String toString() {
        return "ssh-agent at " + socket;
    }
}

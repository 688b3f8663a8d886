package dev.clusterbox.pki.request;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Encodings, whole and broken. */
public final class Bytes {

    private Bytes() {}

    public static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
                .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Sequences in sequences, from the inside out. */
    public static byte[] nested(int depth) {
        byte[] inside = {};
        for (int i = 0; i < depth && inside.length < 30_000; i++) {
            inside = sequence(inside);
        }
        return inside;
    }

    public static byte[] sequence(byte[] content) {
        int length = content.length;
        var head = length < 0x80
                ? new byte[] {0x30, (byte) length}
                : length < 0x100
                        ? new byte[] {0x30, (byte) 0x81, (byte) length}
                        : new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return join(head, content);
    }

    public static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public static byte[] repeated(byte[] part, int count) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public static byte[] filled(int length, int value) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    public static byte[] replaced(byte[] in, byte[] from, byte[] to) {
        var text = new String(in, StandardCharsets.ISO_8859_1);
        var changed = text.replace(
                new String(from, StandardCharsets.ISO_8859_1), new String(to, StandardCharsets.ISO_8859_1));
        assertTrue(!changed.equals(text), "there was nothing to replace");
        return changed.getBytes(StandardCharsets.ISO_8859_1);
    }
}

package dev.clusterbox.pki.encoding;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values in DER (X.690, 10). For the second look, which must not share its writer with what it looks at. */
public final class DerBytes {

    public static final int SEQUENCE = 0x30;
    public static final int SET = 0x31;
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int UTF8_STRING = 0x0c;
    public static final int UTC_TIME = 0x17;
    public static final int GENERALIZED_TIME = 0x18;

    private DerBytes() {}

    /** One value: tag, length, and the parts one after the other. */
    public static byte[] value(int tag, byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length >= 0x80) {
            int count = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | count);
            for (int i = count - 1; i >= 0; i--) {
                out.write(length >>> (8 * i));
            }
        } else {
            out.write(length);
        }
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** The values in a value that is made of others, each with its tag and length; all of it known to be DER. */
    public static List<byte[]> parts(byte[] value) {
        var parts = new ArrayList<byte[]>();
        for (int at = header(value, 0); at < value.length; ) {
            int begin = at;
            at += header(value, at) + length(value, at);
            parts.add(Arrays.copyOfRange(value, begin, at));
        }
        return parts;
    }

    public static byte[] content(byte[] value) {
        return Arrays.copyOfRange(value, header(value, 0), value.length);
    }

    /** How many bytes tag and length have. */
    private static int header(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return first < 0x80 ? 2 : 2 + (first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        int length = first < 0x80 ? first : 0;
        for (int i = 2; i < header(der, at); i++) {
            length = (length << 8) | (der[at + i] & 0xff);
        }
        return length;
    }

    public static byte[] text(int tag, String ascii) {
        return value(tag, ascii.getBytes(StandardCharsets.US_ASCII));
    }
}

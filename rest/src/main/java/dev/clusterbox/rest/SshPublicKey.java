package dev.clusterbox.rest;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.clusterbox.problem.Problem;
import io.micronaut.serde.annotation.Serdeable;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A person's public key as {@code ssh-keygen} writes it: type, key in Base64, and a comment where there is one. It goes
 * into a file whose lines may also carry options that run commands (sshd(8), AUTHORIZED_KEYS FILE FORMAT), so nothing but
 * one plain key passes: one line, a known type, and bytes that are such a key from the first to the last (RFC 4253, 5656,
 * 8709; OpenSSH's PROTOCOL.u2f).
 */
@Serdeable
public record SshPublicKey(String text) {

    private static final Pattern LINE = Pattern.compile(
            "(?<type>[a-z0-9@.-]{7,40}) (?<key>[A-Za-z0-9+/]{40,2800}={0,2})( [A-Za-z0-9@._:+/-]{1,100})?");

    /** Shorter ones are not adequate any more (NIST SP 800-57, part 1). */
    private static final int LEAST_RSA_BITS = 2048;

    private static final int MOST_RSA_BITS = 16_384;
    private static final int ED25519_BYTES = 32;

    /** @throws dev.clusterbox.problem.ProblemException if it is anything else */
    public SshPublicKey {
        var line = LINE.matcher(text);
        if (!line.matches() || !isKey(line.group("type"), line.group("key"))) {
            throw Problem.invalid(
                            "sshPublicKey: not a public key (expected: one line of type ssh-ed25519, ecdsa-sha2-nistp256,"
                                    + " -384 or -521, ssh-rsa with at least %d bits, or one of a security key)"
                                            .formatted(LEAST_RSA_BITS),
                            "'ssh-keygen -t ed25519' makes one; it is in the file that ends in .pub")
                    .asException();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static SshPublicKey parse(String text) {
        return new SshPublicKey(text);
    }

    private static boolean isKey(String type, String base64) {
        try {
            var fields = new Fields(Base64.getDecoder().decode(base64));
            return fields.text().equals(type)
                    && switch (type) {
                        case "ssh-ed25519" -> fields.hasBytes(ED25519_BYTES);
                        case "ssh-rsa" -> fields.hasRsa();
                        case "ecdsa-sha2-nistp256" -> fields.hasPoint("nistp256", 32);
                        case "ecdsa-sha2-nistp384" -> fields.hasPoint("nistp384", 48);
                        case "ecdsa-sha2-nistp521" -> fields.hasPoint("nistp521", 66);
                        case "sk-ssh-ed25519@openssh.com" -> fields.hasBytes(ED25519_BYTES) && fields.hasApplication();
                        case "sk-ecdsa-sha2-nistp256@openssh.com" ->
                            fields.hasPoint("nistp256", 32) && fields.hasApplication();
                        default -> false;
                    }
                    && fields.end();
        } catch (IllegalArgumentException | BufferUnderflowException _) {
            return false;
        }
    }

    /** The fields of a key: each has its length before it (RFC 4251, section 5). */
    private static final class Fields {

        private final ByteBuffer rest;

        Fields(byte[] key) {
            rest = ByteBuffer.wrap(key);
        }

        private byte[] next() {
            int length = rest.getInt();
            if (length < 0 || length > rest.remaining()) {
                throw new BufferUnderflowException();
            }
            var field = new byte[length];
            rest.get(field);
            return field;
        }

        String text() {
            return new String(next(), StandardCharsets.US_ASCII);
        }

        boolean hasBytes(int count) {
            return next().length == count;
        }

        /** An uncompressed point: 4, and two coordinates (SEC 1, section 2.3.3). */
        boolean hasPoint(String curve, int coordinate) {
            if (!text().equals(curve)) {
                return false;
            }
            var point = next();
            return point.length == 1 + 2 * coordinate && point[0] == 4;
        }

        boolean hasRsa() {
            var exponent = new BigInteger(next());
            var modulus = new BigInteger(next());
            return exponent.signum() > 0
                    && exponent.testBit(0)
                    && modulus.signum() > 0
                    && modulus.bitLength() >= LEAST_RSA_BITS
                    && modulus.bitLength() <= MOST_RSA_BITS;
        }

        /** For whom a security key signs: {@code ssh:} and more. */
        boolean hasApplication() {
            return text().startsWith("ssh:");
        }

        boolean end() {
            return !rest.hasRemaining();
        }
    }

    /** The line for {@code authorized_keys}, without its end. */
    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}

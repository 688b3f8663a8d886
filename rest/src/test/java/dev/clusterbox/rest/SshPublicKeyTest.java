package dev.clusterbox.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SshPublicKeyTest {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn";

    /** As ssh-keygen has written it. */
    private static final String P256 =
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAV9DkB37EA/"
                    + "U6yJmu0uCer+OUfa8qDnlLx1oER7n0qIU5S9tQ2TnYfkqmUoRs0v0+BNnok1r4sVh/cbLp4VQrc= anna@laptop";

    private static String key(String type, byte[]... fields) {
        try (var bytes = new ByteArrayOutputStream();
                var out = new DataOutputStream(bytes)) {
            out.writeInt(type.length());
            out.write(type.getBytes(StandardCharsets.US_ASCII));
            for (var field : fields) {
                out.writeInt(field.length);
                out.write(field);
            }
            return type + " " + Base64.getEncoder().encodeToString(bytes.toByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] point(int coordinate) {
        var point = new byte[1 + 2 * coordinate];
        point[0] = 4;
        return point;
    }

    private static byte[] number(int bits) {
        return BigInteger.ONE.shiftLeft(bits - 1).setBit(0).toByteArray();
    }

    private static void refused(String text) {
        var e = assertThrows(ProblemException.class, () -> SshPublicKey.parse(text), text);
        assertEquals(Code.INVALID, e.problem().code());
        assertTrue(e.problem().message().startsWith("sshPublicKey: not a public key"));
        assertFalse(e.problem().message().contains("command="), "what was refused is not repeated");
    }

    @Test
    void each_known_type_passes_as_it_is() {
        for (var text : new String[] {
            ED25519,
            ED25519 + " anna@laptop",
            P256,
            key("ecdsa-sha2-nistp384", ascii("nistp384"), point(48)),
            key("ecdsa-sha2-nistp521", ascii("nistp521"), point(66)),
            key("ssh-rsa", number(17), number(2048)),
            key("ssh-rsa", number(17), number(4096)),
            key("sk-ssh-ed25519@openssh.com", new byte[32], ascii("ssh:")),
            key("sk-ecdsa-sha2-nistp256@openssh.com", ascii("nistp256"), point(32), ascii("ssh:work"))
        }) {
            assertEquals(text, SshPublicKey.parse(text).toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ED25519 + "\n",
                ED25519 + "\r",
                ED25519 + "\n" + ED25519,
                ED25519 + " a\u0000b",
                ED25519 + " a b",
                ED25519 + "  anna",
                ED25519 + " é",
                " " + ED25519,
                "# " + ED25519,
                "command=\"rm -rf /\" " + ED25519,
                "no-pty,command=\"id\" " + ED25519,
                "cert-authority " + ED25519,
                "environment=\"LD_PRELOAD=/x\" " + ED25519,
                "ssh-ed25519\tAAAAC3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn",
                "ssh-ed25519",
                "ssh-ed25519 AAAA",
                "ssh-ed25519 !!!!C3NzaC1lZDI1NTE5AAAAIBHc2weTGiZ1kuD1laUnCKsJL1enBGC+Ntvg9I1e5fZn",
                "-----BEGIN OPENSSH PRIVATE KEY-----"
            })
    void what_is_more_or_less_than_one_plain_key_is_refused(String text) {
        refused(text);
    }

    @Test
    void a_key_is_what_its_type_says_from_the_first_byte_to_the_last() {
        refused(ED25519.replace("ssh-ed25519 ", "ssh-rsa "));
        refused(key("ssh-ed25519", new byte[31]));
        refused(key("ssh-ed25519", new byte[32], new byte[1]));
        refused(key("ssh-rsa", number(17), number(2047)));
        refused(key("ssh-rsa", number(17), number(17_000)));
        refused(key("ssh-rsa", new byte[0], number(2048)));
        refused(key("ssh-rsa", number(17), new byte[256]));
        refused(key("ecdsa-sha2-nistp256", ascii("nistp384"), point(48)));
        refused(key("ecdsa-sha2-nistp256", ascii("nistp256"), new byte[65]));
        refused(key("sk-ssh-ed25519@openssh.com", new byte[32], ascii("https://elsewhere")));
        refused(key("ssh-dss", number(1024), number(160), number(1024), number(1024)));
        refused(key("ssh-ed25519-cert-v01@openssh.com", new byte[32], new byte[32]));
        refused("ssh-ed25519 " + "A".repeat(68));
        refused("ssh-ed25519 " + "/".repeat(68));
    }
}

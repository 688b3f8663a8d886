package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** What comes as text and is not one request in PEM, or is a request of another format. */
final class PemAttacks {

    private static final byte[] GOOD = Csr.p256().subject("CN=a").der();
    private static final String PEM = Bytes.pem(GOOD);

    private PemAttacks() {}

    static Stream<Arguments> all() {
        return Stream.of(
                text("a certificate's label", PEM.replace("CERTIFICATE REQUEST", "CERTIFICATE")),
                text("the label of PKCS#7", PEM.replace("CERTIFICATE REQUEST", "PKCS7")),
                text("the label of CMS", PEM.replace("CERTIFICATE REQUEST", "CMS")),
                text("an encrypted key", PEM.replace("CERTIFICATE REQUEST", "ENCRYPTED PRIVATE KEY")),
                text("a label in small letters", PEM.replace("CERTIFICATE REQUEST", "certificate request")),
                text("a label with two spaces", PEM.replace("CERTIFICATE REQUEST", "CERTIFICATE  REQUEST")),
                text("two labels that differ", PEM.replaceFirst("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")),
                text("the end before the begin", swapped()),
                text("the begin twice", PEM.replaceFirst("\n", "\n-----BEGIN CERTIFICATE REQUEST-----\n")),
                text("the end twice", PEM + "-----END CERTIFICATE REQUEST-----\n"),
                text("four hyphens", PEM.replace("-----", "----")),
                text("six hyphens", PEM.replace("-----", "------")),
                text("the begin alone", "-----BEGIN CERTIFICATE REQUEST-----"),
                text("begin and end in one", "-----BEGIN CERTIFICATE REQUEST-----END CERTIFICATE REQUEST-----"),
                text("a key before the request", key() + PEM),
                text("a request before a certificate", PEM + PEM.replace("CERTIFICATE REQUEST", "CERTIFICATE")),
                text("a null byte in it", PEM.replaceFirst("\n", "\n\0")),
                text("a null byte after it", PEM + "\0"),
                text("a byte order mark", "\ufeff" + PEM),
                text("PEM in UTF-16", new String(PEM.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.ISO_8859_1)),
                text("carriage returns alone and garbage", PEM.replace("\n", "\r") + "garbage"),
                text("a line of 60,000 characters", begin("A".repeat(60_000))),
                text("60,000 empty lines and nothing", begin("\n".repeat(60_000))),
                text("Base64 of URLs", begin(Base64.getUrlEncoder().encodeToString(Bytes.filled(300, -1)))),
                text("characters that are not Base64", begin("MII=*!?")),
                text("padding in the middle", begin("MIIB====MIIB")),
                text("too much padding", begin(Base64.getEncoder().encodeToString(GOOD) + "====")),
                text("one character too few", begin("A")),
                text("a space in Base64", begin("MII BAgME")),
                text("a comment in Base64", begin("MIIB # comment\nAgME")),
                text("headers of an encrypted message", PEM.replaceFirst("\n", "\nDEK-Info: AES-128-CBC,00\n\n")),
                text("a request in Base64 without PEM", Base64.getEncoder().encodeToString(GOOD)),
                text("a request in hexadecimal", java.util.HexFormat.of().formatHex(GOOD)),
                text("the text of openssl", "Certificate Request:\n    Data:\n        Version: 1 (0x0)\n"),
                text("a key of SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ root@localhost"),
                text("JSON", "{\"csr\":\"" + PEM.replace("\n", "\\n") + "\"}"),
                text(
                        "XML",
                        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"),
                text("HTML", "<html><script>alert(1)</script></html>"),
                text("a path", "../../../../etc/passwd"),
                text("a statement of SQL", "'; DROP TABLE certificate; --"),
                text("white space", " \r\n\t "),
                arguments("a PKCS#7 message", Rule.CSR_STRUCTURE, pkcs7()),
                arguments(
                        "a PKCS#8 key",
                        Rule.CSR_STRUCTURE,
                        Csr.P256.getPrivate().getEncoded()),
                arguments(
                        "a public key", Rule.CSR_STRUCTURE, Csr.P256.getPublic().getEncoded()),
                arguments("a PKCS#7 message in PEM of a request", Rule.CSR_STRUCTURE, Bytes.bytes(Bytes.pem(pkcs7()))),
                arguments("deep nesting in PEM", Rule.CSR_ENCODING, Bytes.bytes(Bytes.pem(Bytes.nested(10_000)))),
                arguments("zeros", Rule.CSR_ENCODING, new byte[1000]),
                arguments("ones", Rule.CSR_ENCODING, Bytes.filled(1000, -1)),
                arguments("a gzip stream", Rule.CSR_ENCODING, new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0}));
    }

    private static Arguments text(String attack, String text) {
        return arguments(attack, Rule.CSR_ENCODING, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String begin(String body) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n".formatted(body);
    }

    private static String swapped() {
        return PEM.replace("BEGIN", "X").replace("END", "BEGIN").replace("X", "END");
    }

    private static String key() {
        return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                .formatted(Base64.getEncoder().encodeToString(new byte[48]));
    }

    /** ContentInfo (RFC 2315, 7) with data in it. */
    private static byte[] pkcs7() {
        return Bytes.sequence(Bytes.join(
                java.util.HexFormat.of().parseHex("06092a864886f70d010701"),
                java.util.HexFormat.of().parseHex("a005040361626330".substring(0, 14))));
    }
}

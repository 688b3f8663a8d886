package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Requests whose bytes are not those of one request. */
final class EncodingAttacks {

    private EncodingAttacks() {}

    static Stream<Arguments> all() {
        var good = Csr.p256().subject("CN=a").der();
        return Stream.of(
                arguments("nothing", Rule.CSR_ENCODING, new byte[0]),
                arguments("10 MB", Rule.CSR_SIZE, new byte[10_000_000]),
                arguments("one byte too many", Rule.CSR_SIZE, new byte[SigningRequest.LARGEST + 1]),
                arguments("text", Rule.CSR_ENCODING, Bytes.bytes("please sign me")),
                arguments("a truncated one", Rule.CSR_ENCODING, Arrays.copyOf(good, good.length - 1)),
                arguments("its first byte", Rule.CSR_ENCODING, Arrays.copyOf(good, 1)),
                arguments("a byte after the end", Rule.CSR_ENCODING, Arrays.copyOf(good, good.length + 1)),
                arguments("two in DER", Rule.CSR_ENCODING, Bytes.join(good, good)),
                arguments("two in PEM", Rule.CSR_ENCODING, Bytes.bytes(Bytes.pem(good) + Bytes.pem(good))),
                arguments(
                        "text before PEM", Rule.CSR_ENCODING, Bytes.bytes("Certificate Request:\n" + Bytes.pem(good))),
                arguments("text after PEM", Rule.CSR_ENCODING, Bytes.bytes(Bytes.pem(good) + "and more")),
                arguments(
                        "PEM of a key",
                        Rule.CSR_ENCODING,
                        Bytes.bytes(Bytes.pem(good).replace("CERTIFICATE REQUEST", "PRIVATE KEY"))),
                arguments(
                        "PEM with a header",
                        Rule.CSR_ENCODING,
                        Bytes.bytes(Bytes.pem(good).replaceFirst("\n", "\nProc-Type: 4,ENCRYPTED\n\n"))),
                arguments(
                        "PEM without its end",
                        Rule.CSR_ENCODING,
                        Bytes.bytes(Bytes.pem(good).replaceFirst("-----END.*", ""))),
                arguments("empty PEM", Rule.CSR_ENCODING, Bytes.bytes(Bytes.pem(new byte[0]))),
                arguments("deep nesting", Rule.CSR_ENCODING, Bytes.nested(15_000)),
                arguments(
                        "an indefinite length", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x80, 0x05, 0x00, 0x00, 0x00
                        }),
                arguments("a length of 4 GiB", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x84, -1, -1, -1, -1}),
                arguments(
                        "a length of 2^1000",
                        Rule.CSR_ENCODING,
                        Bytes.join(new byte[] {0x30, (byte) 0xfe}, Bytes.filled(126, -1))),
                arguments(
                        "a length in too many bytes", Rule.CSR_ENCODING, new byte[] {0x30, (byte) 0x81, 0x02, 0x05, 0x00
                        }),
                arguments("a length beyond the end", Rule.CSR_ENCODING, new byte[] {0x30, 0x7f, 0x05, 0x00}),
                arguments(
                        "many small values",
                        Rule.CSR_ENCODING,
                        Bytes.sequence(Bytes.repeated(new byte[] {0x05, 0x00}, 20_000))),
                arguments("an empty sequence", Rule.CSR_STRUCTURE, new byte[] {0x30, 0x00}),
                arguments(
                        "a huge version",
                        Rule.CSR_STRUCTURE,
                        Bytes.sequence(Bytes.sequence(
                                Bytes.join(new byte[] {0x02, (byte) 0x82, 0x70, 0x00}, Bytes.filled(0x7000, 0x7f))))),
                arguments("a certificate", Rule.CSR_STRUCTURE, Bytes.sequence(Bytes.sequence(good))),
                arguments(
                        "another version",
                        Rule.CSR_STRUCTURE,
                        Bytes.replaced(good, new byte[] {0x02, 0x01, 0x00}, new byte[] {0x02, 0x01, 0x01})));
    }
}

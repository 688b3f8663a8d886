package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.junit.jupiter.params.provider.Arguments;

/** Requests that end too early, or in which a part is missing, is there twice, or is of another type: at each place. */
final class TruncationAttacks {

    private static final List<String> PARTS = List.of("content", "algorithm", "signature");
    private static final List<String> FIELDS = List.of("version", "subject", "key", "attributes");

    private static final byte[] GOOD =
            Csr.p256().subject("CN=a").dns("a.example").der();

    private TruncationAttacks() {}

    static Stream<Arguments> all() {
        return Stream.of(cut(), cutAndMended(), parts(), fields(), types()).flatMap(it -> it);
    }

    /** At the begin of each value and in the middle of its length. */
    private static Stream<Arguments> cut() {
        return begins().stream()
                .map(at -> arguments("cut off at byte %d".formatted(at), Rule.CSR_ENCODING, Arrays.copyOf(GOOD, at)));
    }

    /** Cut off, with the outer length mended: only what is inside does not fit. */
    private static Stream<Arguments> cutAndMended() {
        var outer = GOOD[1] == (byte) 0x81 ? 3 : 4;
        return begins().stream()
                .filter(at -> at > outer + 4)
                .limit(12)
                .map(at -> arguments(
                        "cut off at byte %d, with the right length".formatted(at),
                        Rule.CSR_ENCODING,
                        Bytes.sequence(Arrays.copyOfRange(GOOD, outer, at))));
    }

    private static Stream<Arguments> parts() {
        var request = sequence(GOOD);
        return java.util.stream.IntStream.range(0, PARTS.size())
                .boxed()
                .flatMap(i -> Stream.of(
                        arguments("no " + PARTS.get(i), Rule.CSR_STRUCTURE, der(without(request, i))),
                        arguments("twice the " + PARTS.get(i), Rule.CSR_STRUCTURE, der(twice(request, i)))));
    }

    private static Stream<Arguments> fields() {
        var request = sequence(GOOD);
        var content = sequence(ASN1Sequence.getInstance(request.getFirst()));
        return java.util.stream.IntStream.range(0, FIELDS.size())
                .boxed()
                .flatMap(i -> Stream.of(
                        arguments(
                                "no " + FIELDS.get(i),
                                // Attributes may be missing (OPTIONAL in old tools); then it is the signature.
                                i == 3 ? Rule.PROOF_OF_POSSESSION : Rule.CSR_STRUCTURE,
                                der(with(request, 0, new DERSequence(array(without(content, i)))))),
                        arguments(
                                "twice the " + FIELDS.get(i),
                                Rule.CSR_STRUCTURE,
                                der(with(request, 0, new DERSequence(array(twice(content, i))))))));
    }

    private static Stream<Arguments> types() {
        var request = sequence(GOOD);
        var content = sequence(ASN1Sequence.getInstance(request.getFirst()));
        var attacks = new ArrayList<Arguments>();
        ASN1Encodable[] others = {
            DERNull.INSTANCE, new DERUTF8String("a"), new DEROctetString(new byte[3]), new DERSet(), new DERSequence()
        };
        for (int i = 0; i < FIELDS.size() - 1; i++) {
            for (var other : others) {
                // An empty sequence is a right subject, and stands for an empty name.
                if (i == 1 && other instanceof DERSequence) {
                    continue;
                }
                attacks.add(arguments(
                        "%s for the %s".formatted(other.getClass().getSimpleName(), FIELDS.get(i)),
                        Rule.CSR_STRUCTURE,
                        der(with(request, 0, new DERSequence(array(with(content, i, other)))))));
            }
        }
        attacks.add(arguments(
                "an algorithm without identifier", Rule.CSR_STRUCTURE, der(with(request, 1, new DERSequence()))));
        attacks.add(arguments(
                "an unknown algorithm",
                Rule.SIGNATURE_ALGORITHM,
                der(with(request, 1, new DERSequence(new ASN1ObjectIdentifier("1.2.3.4"))))));
        attacks.add(arguments(
                "an algorithm with parameters",
                Rule.SIGNATURE_ALGORITHM,
                der(with(request, 1, new DERSequence(new ASN1Encodable[] {
                    new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"), new DERUTF8String("a")
                })))));
        attacks.add(arguments(
                "an empty signature", Rule.PROOF_OF_POSSESSION, der(with(request, 2, new DERBitString(new byte[0])))));
        attacks.add(arguments(
                "a signature of zeros",
                Rule.PROOF_OF_POSSESSION,
                der(with(request, 2, new DERBitString(new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0})))));
        attacks.add(arguments(
                "a signature of huge numbers",
                Rule.PROOF_OF_POSSESSION,
                der(with(request, 2, new DERBitString(Bytes.filled(5000, 0x41))))));
        attacks.add(arguments(
                "a signature with bits left over",
                Rule.CSR_STRUCTURE,
                der(with(request, 2, new DERBitString(new byte[] {8}, 3)))));
        attacks.add(arguments(
                "attributes with another tag",
                Rule.CSR_STRUCTURE,
                der(with(
                        request,
                        0,
                        new DERSequence(array(with(content, 3, new DERTaggedObject(false, 1, new DERSet()))))))));
        return attacks.stream();
    }

    /** Where values begin, from the outside to the inside. */
    private static List<Integer> begins() {
        var begins = new ArrayList<Integer>();
        begins(0, GOOD.length, begins);
        return begins.stream().filter(at -> at > 0).toList();
    }

    private static void begins(int from, int to, List<Integer> begins) {
        for (int at = from; at < to; ) {
            begins.add(at);
            int tag = GOOD[at] & 0xff;
            int length = GOOD[at + 1] & 0xff;
            int head = 2;
            if (length > 0x80) {
                int count = length & 0x7f;
                begins.add(at + 2);
                length = 0;
                for (int i = 0; i < count; i++) {
                    length = (length << 8) | (GOOD[at + 2 + i] & 0xff);
                }
                head += count;
            }
            if ((tag & 0x20) != 0) {
                begins(at + head, at + head + length, begins);
            }
            at += head + length;
        }
    }

    private static List<ASN1Encodable> sequence(byte[] der) {
        return sequence(ASN1Sequence.getInstance(der));
    }

    private static List<ASN1Encodable> sequence(ASN1Sequence sequence) {
        return List.of(sequence.toArray());
    }

    private static List<ASN1Encodable> with(List<ASN1Encodable> values, int at, ASN1Encodable value) {
        var changed = new ArrayList<>(values);
        changed.set(at, value);
        return changed;
    }

    private static List<ASN1Encodable> without(List<ASN1Encodable> values, int at) {
        var changed = new ArrayList<>(values);
        changed.remove(at);
        return changed;
    }

    private static List<ASN1Encodable> twice(List<ASN1Encodable> values, int at) {
        var changed = new ArrayList<>(values);
        changed.add(at, values.get(at));
        return changed;
    }

    private static ASN1Encodable[] array(List<ASN1Encodable> values) {
        return values.toArray(ASN1Encodable[]::new);
    }

    private static byte[] der(List<ASN1Encodable> values) {
        try {
            return new DERSequence(array(values)).getEncoded("DER");
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}

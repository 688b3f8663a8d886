package dev.clusterbox.pki.lint;

import dev.clusterbox.pki.authority.AuthorityKeyType;
import dev.clusterbox.pki.authority.KeySigner;
import dev.clusterbox.pki.authority.PublicAddresses;
import dev.clusterbox.pki.issuance.CertificateWriter;
import dev.clusterbox.pki.lint.Lint.Expected;
import dev.clusterbox.pki.request.Bytes;
import java.io.IOException;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.ContentSigner;

/** A certificate of the writer's, changed and signed again: by the fields of what is signed, in the order of RFC 5280, 4.1. */
final class Forged {

    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final int VALIDITY = 4;

    private final List<ASN1Encodable> fields;
    /** Each is for one signature. */
    private final Supplier<ContentSigner> signers;

    private Forged(List<ASN1Encodable> fields, Supplier<ContentSigner> signers) {
        this.fields = fields;
        this.signers = signers;
    }

    static Forged written(Expected expected) {
        var certificate = CertificateWriter.leaf(
                expected.authority(),
                expected.approved(),
                new PublicAddresses(""),
                expected.serial(),
                expected.notBefore(),
                expected.notAfter());
        var fields = new ArrayList<ASN1Encodable>();
        for (var field : ASN1Sequence.getInstance(certificate.toASN1Structure().getTBSCertificate())) {
            fields.add(field);
        }
        return new Forged(fields, expected.authority()::signer);
    }

    Forged with(int field, ASN1Encodable value) {
        var changed = new ArrayList<>(fields);
        changed.set(field, value);
        return new Forged(changed, signers);
    }

    Forged signedBy(KeyPair other) {
        return new Forged(fields, () -> new KeySigner(other.getPrivate(), AuthorityKeyType.EC_P256));
    }

    /** Without what only later versions have. */
    Forged firstVersion() {
        return new Forged(fields.subList(1, fields.size() - 1), signers);
    }

    Forged withUniqueId() {
        var changed = new ArrayList<>(fields);
        changed.add(fields.size() - 1, new DERTaggedObject(false, 1, new DERBitString(new byte[] {1})));
        return new Forged(changed, signers);
    }

    Forged withEnd(Expected expected, Duration later) {
        return with(VALIDITY, new DERSequence(new ASN1Encodable[] {
            utc(expected.notBefore()), utc(expected.notAfter().plus(later))
        }));
    }

    Forged withGeneralizedTimes(Expected expected) {
        return with(VALIDITY, new DERSequence(new ASN1Encodable[] {
            new DERGeneralizedTime(GENERALIZED_TIME.format(expected.notBefore())),
            new DERGeneralizedTime(GENERALIZED_TIME.format(expected.notAfter()))
        }));
    }

    private static DERUTCTime utc(Instant instant) {
        return new DERUTCTime(UTC_TIME.format(instant));
    }

    /** In the place of the one with this identifier, or as the last one. */
    Forged extension(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {
        try {
            var octets = new DEROctetString(value.toASN1Primitive().getEncoded("DER"));
            return extensions(type, encoded(type, critical, octets));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Forged critical(ASN1ObjectIdentifier type, boolean critical) {
        for (var extension : extensions()) {
            var parts = ASN1Sequence.getInstance(extension);
            if (parts.getObjectAt(0).equals(type)) {
                return extensions(type, encoded(type, critical, parts.getObjectAt(parts.size() - 1)));
            }
        }
        throw new AssertionError(type);
    }

    Forged without(ASN1ObjectIdentifier type) {
        var kept = extensions().stream()
                .filter(it -> !ASN1Sequence.getInstance(it).getObjectAt(0).equals(type))
                .toList();
        return withExtensions(kept);
    }

    Forged extensionTwice() {
        var all = new ArrayList<>(extensions());
        all.add(all.getLast());
        return withExtensions(all);
    }

    private Forged extensions(ASN1ObjectIdentifier type, ASN1Encodable extension) {
        var all = new ArrayList<>(extensions());
        for (int i = 0; i < all.size(); i++) {
            if (ASN1Sequence.getInstance(all.get(i)).getObjectAt(0).equals(type)) {
                all.set(i, extension);
                return withExtensions(all);
            }
        }
        all.add(extension);
        return withExtensions(all);
    }

    private static ASN1Encodable encoded(ASN1ObjectIdentifier type, boolean critical, ASN1Encodable value) {
        return critical
                ? new DERSequence(new ASN1Encodable[] {type, ASN1Boolean.TRUE, value})
                : new DERSequence(new ASN1Encodable[] {type, value});
    }

    private List<ASN1Encodable> extensions() {
        var tagged = ASN1TaggedObject.getInstance(fields.getLast());
        return List.of(ASN1Sequence.getInstance(tagged, true).toArray());
    }

    private Forged withExtensions(List<ASN1Encodable> extensions) {
        return with(
                fields.size() - 1,
                new DERTaggedObject(true, 3, new DERSequence(extensions.toArray(ASN1Encodable[]::new))));
    }

    X509CertificateHolder holder() {
        try {
            return new X509CertificateHolder(bytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    byte[] bytes() {
        try {
            var content = new DERSequence(fields.toArray(ASN1Encodable[]::new));
            var signer = signers.get();
            signer.getOutputStream().write(content.getEncoded("DER"));
            return new DERSequence(new ASN1Encodable[] {
                        content, signer.getAlgorithmIdentifier(), new DERBitString(signer.getSignature())
                    })
                    .getEncoded("DER");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The length of the whole in three bytes where two are enough. */
    static byte[] withLongLength(byte[] der) {
        return Bytes.join(
                new byte[] {0x30, (byte) 0x83, 0, der[2], der[3]}, java.util.Arrays.copyOfRange(der, 4, der.length));
    }
}

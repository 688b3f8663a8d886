package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.params.provider.Arguments;

/** Requests for more power than a leaf has. */
final class ExtensionAttacks {

    private ExtensionAttacks() {}

    static Stream<Arguments> all() {
        return Stream.of(
                arguments(
                        "CA:TRUE",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.basicConstraints, new BasicConstraints(true))
                                .der()),
                arguments(
                        "a path length",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.basicConstraints, new BasicConstraints(3))
                                .der()),
                arguments(
                        "keyCertSign",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign))
                                .der()),
                arguments(
                        "cRLSign",
                        Rule.NO_AUTHORITY,
                        Csr.p256()
                                .extension(
                                        Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.cRLSign))
                                .der()),
                arguments(
                        "name constraints",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(Extension.nameConstraints, new DERSequence())
                                .der()),
                arguments(
                        "an unknown extension",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(new ASN1ObjectIdentifier("1.2.3.4"), DERNull.INSTANCE)
                                .der()),
                arguments(
                        "another authority's identifier",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(Extension.authorityKeyIdentifier, new DERSequence())
                                .der()),
                arguments(
                        "a template of Microsoft's",
                        Rule.EXTENSIONS,
                        Csr.p256()
                                .extension(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2"), new DERBMPString("SubCA"))
                                .der()),
                arguments(
                        "a challenge password",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(
                                        PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERUTF8String("secret"))
                                .der()),
                arguments(
                        "two extension requests",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSequence())
                                .dns("a")
                                .der()),
                arguments(
                        "an extension request with two values",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(
                                        PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                        new DERSequence(),
                                        new DERSequence(new DERSequence()))
                                .der()),
                arguments(
                        "an extension request without value",
                        Rule.ATTRIBUTES,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)
                                .der()),
                arguments(
                        "an extension twice",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, twice())
                                .der()),
                arguments(
                        "an extension with garbage",
                        Rule.CSR_ENCODING,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, Bytes.bytes("garbage"))
                                .der()),
                arguments(
                        "an extension with deep nesting",
                        Rule.CSR_ENCODING,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, Bytes.nested(10_000))
                                .der()),
                arguments(
                        "an extension of another type",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .extension(Extension.subjectAlternativeName, new DERUTF8String("a"))
                                .der()),
                arguments(
                        "no extensions in the request for them",
                        Rule.CSR_STRUCTURE,
                        Csr.p256()
                                .attribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERUTF8String("a"))
                                .der()));
    }

    private static DERSequence twice() {
        var extension = new Extension(Extension.subjectKeyIdentifier, false, new DEROctetString(new byte[] {4, 1, 1}));
        return new DERSequence(new ASN1Encodable[] {extension, extension});
    }
}

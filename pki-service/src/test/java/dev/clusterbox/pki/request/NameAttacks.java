package dev.clusterbox.pki.request;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.clusterbox.pki.rule.Rule;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.params.provider.Arguments;

/** Requests for names that nobody gets. */
final class NameAttacks {

    private static final ASN1ObjectIdentifier UPN = new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2.3");

    private NameAttacks() {}

    static Stream<Arguments> subjects() {
        return Stream.of(
                arguments(
                        "two common names",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,CN=b").der()),
                arguments(
                        "an organizational unit",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,OU=b").der()),
                arguments(
                        "a mail address",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a,E=a@b").der()),
                arguments(
                        "a country",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("C=DE,CN=a").der()),
                arguments(
                        "two attributes in one",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256().subject("CN=a+O=b").der()),
                arguments(
                        "many organizations",
                        Rule.SUBJECT_ATTRIBUTES,
                        Csr.p256()
                                .subject(IntStream.range(0, 11)
                                        .mapToObj(i -> "O=o" + i)
                                        .collect(Collectors.joining(",")))
                                .der()),
                arguments(
                        "a null byte",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("admin\0.evil")))
                                .der()),
                arguments(
                        "a line end",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\nCN=b"))).der()),
                arguments(
                        "an escape sequence",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\u001b[2J"))).der()),
                arguments(
                        "a Cyrillic letter",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("\u0430dmin"))).der()),
                arguments(
                        "text from right to left",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a\u202eb"))).der()),
                arguments(
                        "a comma",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("a,O=system:masters")))
                                .der()),
                arguments(
                        "65 characters",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(cn(new DERUTF8String("a".repeat(65))))
                                .der()),
                arguments(
                        "an empty name",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String(""))).der()),
                arguments(
                        "a space at the end",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERUTF8String("a "))).der()),
                arguments(
                        "UTF-16",
                        Rule.SUBJECT_TEXT,
                        Csr.p256().subject(cn(new DERBMPString("a"))).der()),
                arguments(
                        "a number for a name",
                        Rule.SUBJECT_TEXT,
                        Csr.p256()
                                .subject(new X500Name(new RDN[] {new RDN(BCStyle.CN, new ASN1Integer(1))}))
                                .der()));
    }

    static Stream<Arguments> names() {
        var dns = Stream.of(
                        "a_b",
                        "a..b",
                        ".a",
                        "a.",
                        "-a",
                        "a-",
                        "a b",
                        "a\0.b",
                        "ab--cd",
                        "xn--80ak6aa92e",
                        "1.2.3.4",
                        "a.1",
                        "a.0x7f",
                        "",
                        "a".repeat(64),
                        "a.".repeat(127) + "bc",
                        "a/b",
                        "a\nb")
                .map(name -> arguments(
                        "the DNS name '%s'".formatted(Rule.shown(name)),
                        Rule.DNS_NAME,
                        Csr.p256().dns(name).der()));
        var addresses = Stream.of(
                        "",
                        "0a",
                        "0a0000",
                        "0a000001ffffff00",
                        "00000000",
                        "ffffffff",
                        "e0000001",
                        "00000000000000000000000000000000",
                        "00000000000000000000ffff0a000001",
                        "ff020000000000000000000000000001")
                .map(hex -> arguments(
                        "the address " + hex,
                        Rule.IP_ADDRESS,
                        Csr.p256()
                                .names(new GeneralName(
                                        GeneralName.iPAddress,
                                        new DEROctetString(HexFormat.of().parseHex(hex))))
                                .der()));
        var others = Stream.of(
                arguments(
                        "a wildcard",
                        Rule.NO_WILDCARD,
                        Csr.p256().dns("*.example.org").der()),
                arguments(
                        "a wildcard inside",
                        Rule.NO_WILDCARD,
                        Csr.p256().dns("a*.example.org").der()),
                arguments(
                        "a mail address as name",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.rfc822Name, "a@b.c"))
                                .der()),
                arguments(
                        "a URI",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://a/b"))
                                .der()),
                arguments(
                        "a directory name",
                        Rule.NAME_TYPES,
                        Csr.p256().names(new GeneralName(new X500Name("CN=a"))).der()),
                arguments(
                        "a user principal name",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.otherName, new DERSequence(new ASN1Encodable[] {
                                    UPN, new DERTaggedObject(true, 0, new DERUTF8String("admin@corp"))
                                })))
                                .der()),
                arguments(
                        "a registered id",
                        Rule.NAME_TYPES,
                        Csr.p256()
                                .names(new GeneralName(GeneralName.registeredID, "1.2.3"))
                                .der()),
                arguments(
                        "101 names",
                        Rule.NAME_COUNT,
                        Csr.p256()
                                .names(IntStream.range(0, 101)
                                        .mapToObj(i -> new GeneralName(GeneralName.dNSName, "n" + i))
                                        .toArray(GeneralName[]::new))
                                .der()));
        return Stream.of(dns, addresses, others).flatMap(it -> it);
    }

    static X500Name cn(ASN1Encodable value) {
        return new X500Name(new RDN[] {new RDN(new AttributeTypeAndValue(BCStyle.CN, value))});
    }
}

package dev.clusterbox.pki.request;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.rule.Rule;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/**
 * What a request asks for besides its subject. Extensions that common tools write are read and then forgotten, because the
 * profile decides; those that ask for power are refused, so that nobody believes to have got it.
 *
 * @param purposes extended key usages, as object identifiers
 */
public record RequestedExtensions(Set<AlternativeName> names, Set<String> purposes) {

    /** What is looked at here, in this order. */
    static final Rule[] RULES = {
        Rule.ATTRIBUTES,
        Rule.EXTENSIONS,
        Rule.NO_AUTHORITY,
        Rule.NAME_COUNT,
        Rule.NAME_TYPES,
        Rule.NO_WILDCARD,
        Rule.DNS_NAME,
        Rule.IP_ADDRESS
    };

    private static final int MOST_NAMES = 100;

    /** keytool sends the last one. */
    private static final Set<ASN1ObjectIdentifier> KNOWN = Set.of(
            Extension.subjectAlternativeName,
            Extension.basicConstraints,
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            Extension.subjectKeyIdentifier);

    static RequestedExtensions read(CertificationRequestInfo info) throws IOException {
        var attributes = info.getAttributes();
        if (attributes == null || attributes.size() == 0) {
            return new RequestedExtensions(Set.of(), Set.of());
        }
        if (attributes.size() > 1) {
            throw Rule.ATTRIBUTES.refuses(attributes.size() + " attributes", "at most one, an extension request");
        }
        var attribute = Attribute.getInstance(attributes.getObjectAt(0));
        if (!attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)) {
            throw Rule.ATTRIBUTES.refuses(attribute.getAttrType().getId(), "an extension request");
        }
        if (attribute.getAttrValues().size() != 1) {
            throw Rule.ATTRIBUTES.refuses(attribute.getAttrValues().size() + " values in the extension request", "one");
        }
        // Refuses an extension that comes twice (RFC 5280, 4.2).
        var extensions = Extensions.getInstance(attribute.getAttrValues().getObjectAt(0));
        for (var oid : extensions.getExtensionOIDs()) {
            if (!KNOWN.contains(oid)) {
                throw Rule.EXTENSIONS.refuses(
                        oid.getId(), "alternative names, basic constraints, key usages or a key identifier");
            }
            Der.requireOneValue(extensions.getExtension(oid).getExtnValue().getOctets());
        }
        requireNoAuthority(extensions);
        return new RequestedExtensions(names(extensions), purposes(extensions));
    }

    private static void requireNoAuthority(Extensions extensions) {
        var constraints = BasicConstraints.fromExtensions(extensions);
        if (constraints != null && (constraints.isCA() || constraints.getPathLenConstraint() != null)) {
            throw Rule.NO_AUTHORITY.refuses("basic constraints CA:TRUE", "CA:FALSE, or none");
        }
        var usage = KeyUsage.fromExtensions(extensions);
        if (usage != null && (usage.hasUsages(KeyUsage.keyCertSign) || usage.hasUsages(KeyUsage.cRLSign))) {
            throw Rule.NO_AUTHORITY.refuses("key usage keyCertSign or cRLSign", "the usages of a leaf");
        }
    }

    private static Set<AlternativeName> names(Extensions extensions) {
        var names = new TreeSet<AlternativeName>();
        var general = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (general == null) {
            return names;
        }
        if (general.getNames().length > MOST_NAMES) {
            throw Rule.NAME_COUNT.refuses(general.getNames().length + " names", "at most " + MOST_NAMES);
        }
        for (var name : general.getNames()) {
            names.add(name(name));
        }
        return names;
    }

    private static AlternativeName name(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName ->
                AlternativeName.dns(ASN1IA5String.getInstance(name.getName()).getString());
            case GeneralName.iPAddress ->
                AlternativeName.ip(ASN1OctetString.getInstance(name.getName()).getOctets());
            default ->
                throw Rule.NAME_TYPES.refuses(
                        "a name of type " + name.getTagNo(), "DNS names (2) and IP addresses (7)");
        };
    }

    private static Set<String> purposes(Extensions extensions) {
        var usages = ExtendedKeyUsage.fromExtensions(extensions);
        return usages == null
                ? new HashSet<>()
                : Stream.of(usages.getUsages()).map(KeyPurposeId::getId).collect(Collectors.toSet());
    }
}

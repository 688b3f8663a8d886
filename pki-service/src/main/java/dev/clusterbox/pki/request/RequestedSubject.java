package dev.clusterbox.pki.request;

import dev.clusterbox.pki.request.Subject.Attribute;
import dev.clusterbox.pki.request.Subject.Part;
import dev.clusterbox.pki.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** Reads the subject of a request. */
public final class RequestedSubject {

    /** What is looked at here, in this order. */
    static final Rule[] RULES = {Rule.SUBJECT_ATTRIBUTES, Rule.SUBJECT_TEXT};

    private static final int MOST_PARTS = 10;

    private RequestedSubject() {}

    static List<Part> read(X500Name name) {
        var parts = new ArrayList<Part>();
        var rdns = name.getRDNs();
        if (rdns.length > MOST_PARTS) {
            throw Rule.SUBJECT_ATTRIBUTES.refuses(rdns.length + " attributes", "at most " + MOST_PARTS);
        }
        for (RDN rdn : rdns) {
            if (rdn.size() != 1) {
                throw Rule.SUBJECT_ATTRIBUTES.refuses(
                        "%d attributes in one RDN".formatted(rdn.size()), "one attribute in each");
            }
            var attribute = rdn.getFirst();
            parts.add(new Part(type(attribute.getType()), text(attribute.getValue())));
        }
        long names =
                parts.stream().filter(part -> part.attribute() == Attribute.CN).count();
        if (names > 1) {
            throw Rule.SUBJECT_ATTRIBUTES.refuses(names + " common names", "at most one");
        }
        return parts;
    }

    private static Attribute type(ASN1ObjectIdentifier type) {
        if (type.equals(BCStyle.CN)) {
            return Attribute.CN;
        }
        if (type.equals(BCStyle.O)) {
            return Attribute.O;
        }
        throw Rule.SUBJECT_ATTRIBUTES.refuses(type.getId(), "CN and O only");
    }

    private static String text(ASN1Encodable value) {
        return switch (value) {
            case ASN1UTF8String utf8 -> utf8.getString();
            case ASN1PrintableString printable -> printable.getString();
            default ->
                throw Rule.SUBJECT_TEXT.refuses(
                        value.getClass().getSimpleName(), "a UTF8String or a PrintableString (RFC 5280, 4.1.2.4)");
        };
    }
}

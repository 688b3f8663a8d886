package dev.clusterbox.pki.request;

import dev.clusterbox.pki.rule.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * Whom a certificate is for: one common name and any number of organizations, which is all that Kubernetes and etcd look at.
 * Its text is RFC 4514 without need for escapes: {@code CN=system:node:node-1,O=system:nodes}.
 */
public record Subject(String commonName, List<String> organizations) {

    private static final int MOST_ORGANIZATIONS = 8;

    public Subject {
        organizations = List.copyOf(organizations);
        new Part(Attribute.CN, commonName);
        for (var organization : organizations) {
            new Part(Attribute.O, organization);
        }
        if (organizations.size() > MOST_ORGANIZATIONS) {
            throw Rule.SUBJECT_ATTRIBUTES.refuses(
                    organizations.size() + " organizations", "at most " + MOST_ORGANIZATIONS);
        }
        if (new HashSet<>(organizations).size() < organizations.size()) {
            throw Rule.SUBJECT_ATTRIBUTES.refuses("an organization twice", "each organization once");
        }
    }

    public static Subject parse(String text) {
        var names = new ArrayList<String>();
        var organizations = new ArrayList<String>();
        for (var component : text.split(",", -1)) {
            var part = Part.parse(component);
            (part.attribute() == Attribute.CN ? names : organizations).add(part.value());
        }
        if (names.size() != 1) {
            throw Rule.SUBJECT_ATTRIBUTES.refuses(names.size() + " common names", "one");
        }
        return new Subject(names.getFirst(), organizations);
    }

    public List<Part> parts() {
        return Stream.concat(
                        Stream.of(new Part(Attribute.CN, commonName)),
                        organizations.stream().map(organization -> new Part(Attribute.O, organization)))
                .toList();
    }

    /** RFC 4514, 2.1: the text has the last element of the encoding first. */
    public X500Name encoded() {
        var builder = new X500NameBuilder(BCStyle.INSTANCE);
        for (var part : parts().reversed()) {
            builder.addRDN(part.attribute() == Attribute.CN ? BCStyle.CN : BCStyle.O, part.value());
        }
        return builder.build();
    }

    @Override
    public String toString() {
        return parts().stream().map(Part::toString).collect(Collectors.joining(","));
    }

    public enum Attribute {
        CN,
        O
    }

    /** One attribute with its value. */
    public record Part(Attribute attribute, String value) {

        /** None of them needs an escape in RFC 4514, and none looks like another. */
        private static final Pattern VALUE =
                Pattern.compile("[A-Za-z0-9._:@/-]([A-Za-z0-9 ._:@/-]{0,62}[A-Za-z0-9._:@/-])?");

        private static final Pattern TEXT = Pattern.compile(" *(?<type>[A-Za-z]{1,10})=(?<value>[^,]*)");

        public Part {
            if (!VALUE.matcher(value).matches()) {
                throw Rule.SUBJECT_TEXT.refuses(
                        "%s=%s".formatted(attribute, value), "1 to 64 letters, digits, spaces inside, and . _ : @ / -");
            }
        }

        public static Part parse(String text) {
            var matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw Rule.SUBJECT_SYNTAX.refuses(text, "CN=NAME or O=NAME, separated by commas");
            }
            var type = matcher.group("type").toUpperCase(Locale.ROOT);
            for (var attribute : Attribute.values()) {
                if (attribute.name().equals(type)) {
                    return new Part(attribute, matcher.group("value"));
                }
            }
            throw Rule.SUBJECT_ATTRIBUTES.refuses(type, "CN and O only");
        }

        @Override
        public String toString() {
            return attribute + "=" + value;
        }
    }
}

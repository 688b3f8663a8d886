package dev.clusterbox.pki.lint;

import static dev.clusterbox.pki.lint.Lint.hex;

import dev.clusterbox.pki.authority.PublicAddresses.Urls;
import dev.clusterbox.pki.encoding.DerBytes;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.lint.Lint.Expected;
import dev.clusterbox.pki.profile.Usage;
import dev.clusterbox.pki.request.AlternativeName;
import dev.clusterbox.pki.request.KeyType;
import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The extensions of a finished certificate: these, each as it has to be, and no others. */
final class LintedExtensions {

    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String REVOCATION_LISTS = "2.5.29.31";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1";

    private static final int KEY_IDENTIFIER = 20;
    private static final int DNS = 2;
    private static final int IP = 7;

    private final X509Certificate certificate;
    private final Expected expected;

    private final Optional<Urls> urls;

    LintedExtensions(X509Certificate certificate, Expected expected, Optional<Urls> urls) {
        this.urls = urls;
        this.certificate = certificate;
        this.expected = expected;
    }

    void require(X509Certificate authority) {
        requireKnown();
        // A sequence without anything in it, in an octet string: no authority, and DER leaves the default away.
        requireValue("basic-constraints", BASIC_CONSTRAINTS, "04023000");
        requireKeyUsage();
        requirePurposes();
        requireNames();
        requireKeyIdentifiers(authority);
        requireValue("revocation-lists", REVOCATION_LISTS, urls.map(ExpectedBytes::revocationLists));
        requireValue("authority-information", AUTHORITY_INFORMATION, urls.map(ExpectedBytes::authorityInformation));
    }

    private void requireKnown() {
        var critical = new TreeSet<>(certificate.getCriticalExtensionOIDs());
        var wanted = new TreeSet<>(Set.of(KEY_USAGE, BASIC_CONSTRAINTS));
        Lint.require("critical-extensions", critical.equals(wanted), critical, wanted);
        var others = new TreeSet<>(certificate.getNonCriticalExtensionOIDs());
        var needed = new TreeSet<>(Set.of(SUBJECT_KEY_IDENTIFIER, AUTHORITY_KEY_IDENTIFIER, EXTENDED_KEY_USAGE));
        if (!expected.approved().identity().names().isEmpty()) {
            needed.add(ALTERNATIVE_NAMES);
        }
        if (urls.isPresent()) {
            needed.add(REVOCATION_LISTS);
            needed.add(AUTHORITY_INFORMATION);
        }
        Lint.require("other-extensions", others.equals(needed), others, needed);
    }

    private void requireKeyUsage() {
        boolean decrypts = expected.approved().key().type() == KeyType.RSA
                && expected.approved().profile().usages().contains(Usage.SERVER);
        var usage = certificate.getKeyUsage();
        var set = new ArrayList<Integer>();
        for (int i = 0; i < usage.length; i++) {
            if (usage[i]) {
                set.add(i);
            }
        }
        var wanted = decrypts ? List.of(0, 2) : List.of(0);
        Lint.require("key-usage", set.equals(wanted), set, wanted);
    }

    private void requirePurposes() {
        var wanted = expected.approved().profile().usages().stream()
                .map(usage -> usage.purpose().getId())
                .sorted()
                .toList();
        var sorted = parsed(certificate::getExtendedKeyUsage).stream().sorted().toList();
        Lint.require("extended-key-usage", sorted.equals(wanted), sorted, wanted);
    }

    private void requireNames() {
        var approved = expected.approved().identity().names().stream()
                .map(AlternativeName::toString)
                .sorted()
                .toList();
        var names = new ArrayList<String>();
        for (var name : parsed(certificate::getSubjectAlternativeNames)) {
            names.add(
                    switch ((Integer) name.get(0)) {
                        case DNS -> "dns:" + name.get(1);
                        case IP -> "ip:" + address((String) name.get(1));
                        default -> "a name of type " + name.get(0);
                    });
        }
        names.sort(null);
        Lint.require("alternative-names", names.equals(approved), names, approved);
    }

    /** In the text form of the profile: only the numbers are compared. */
    private static String address(String text) {
        return AlternativeName.ip(InetAddress.ofLiteral(text).getAddress()).value();
    }

    private void requireKeyIdentifiers(X509Certificate authority) {
        var hash = Arrays.copyOf(Sha256.of(subjectKey()), KEY_IDENTIFIER);
        requireValue("subject-key-identifier", SUBJECT_KEY_IDENTIFIER, "04160414" + hex(hash));
        var identifier = authority.getExtensionValue(SUBJECT_KEY_IDENTIFIER);
        var raw = Arrays.copyOfRange(identifier, identifier.length - KEY_IDENTIFIER, identifier.length);
        requireValue("authority-key-identifier", AUTHORITY_KEY_IDENTIFIER, "041830168014" + hex(raw));
    }

    private void requireValue(String name, String oid, Optional<byte[]> wanted) {
        wanted.ifPresent(value -> requireValue(name, oid, hex(DerBytes.value(DerBytes.OCTET_STRING, value))));
    }

    private void requireValue(String name, String oid, String wanted) {
        var value = certificate.getExtensionValue(oid);
        var found = value == null ? "nothing" : hex(value);
        Lint.require(name, found.equals(wanted), found, wanted);
    }

    /** What is in the bit string, without the number of bits that are left over. */
    private byte[] subjectKey() {
        return expected.approved().key().info().getPublicKeyData().getOctets();
    }

    /** Java has nothing for none. */
    private static <T> Collection<T> parsed(Parser<T> parser) {
        try {
            var values = parser.parse();
            return values == null ? List.of() : values;
        } catch (CertificateParsingException e) {
            throw Lint.unreadable(e);
        }
    }

    private interface Parser<T> {
        @Nullable
        Collection<T> parse() throws CertificateParsingException;
    }
}

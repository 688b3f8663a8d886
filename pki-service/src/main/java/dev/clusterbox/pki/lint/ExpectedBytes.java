package dev.clusterbox.pki.lint;

import static dev.clusterbox.pki.encoding.DerBytes.BIT_STRING;
import static dev.clusterbox.pki.encoding.DerBytes.GENERALIZED_TIME;
import static dev.clusterbox.pki.encoding.DerBytes.INTEGER;
import static dev.clusterbox.pki.encoding.DerBytes.OCTET_STRING;
import static dev.clusterbox.pki.encoding.DerBytes.SEQUENCE;
import static dev.clusterbox.pki.encoding.DerBytes.SET;
import static dev.clusterbox.pki.encoding.DerBytes.UTC_TIME;
import static dev.clusterbox.pki.encoding.DerBytes.UTF8_STRING;

import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.PublicAddresses.Urls;
import dev.clusterbox.pki.encoding.DerBytes;
import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.lint.Lint.Expected;
import dev.clusterbox.pki.profile.Usage;
import dev.clusterbox.pki.request.Identity;
import dev.clusterbox.pki.request.KeyType;
import dev.clusterbox.pki.request.Subject;
import dev.clusterbox.pki.request.Subject.Attribute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a certificate has to be, byte for byte up to its signature, written down a second time and by other means than the
 * certificate was.
 */
final class ExpectedBytes {

    private static final byte[] VERSION_3 = hex("a003020102");
    private static final byte[] COMMON_NAME = hex("0603550403");
    private static final byte[] ORGANIZATION = hex("060355040a");

    /** Critical, and an empty sequence: no authority. */
    private static final byte[] BASIC_CONSTRAINTS = hex("300c0603551d130101ff04023000");
    /** Critical; digitalSignature, and then with keyEncipherment. */
    private static final byte[] SIGNS = hex("300e0603551d0f0101ff040403020780");

    private static final byte[] SIGNS_AND_DECRYPTS = hex("300e0603551d0f0101ff0404030205a0");
    private static final byte[] EXTENDED_KEY_USAGE = hex("0603551d25");
    private static final byte[] SERVER = hex("06082b06010505070301");
    private static final byte[] CLIENT = hex("06082b06010505070302");
    private static final byte[] SUBJECT_KEY_IDENTIFIER = hex("0603551d0e");
    private static final byte[] AUTHORITY_KEY_IDENTIFIER = hex("0603551d23");
    private static final byte[] ALTERNATIVE_NAMES = hex("0603551d11");
    private static final byte[] REVOCATION_LISTS = hex("0603551d1f");
    private static final byte[] AUTHORITY_INFORMATION = hex("06082b06010505070101");
    private static final byte[] OCSP = hex("06082b06010505073001");
    private static final byte[] CA_ISSUERS = hex("06082b06010505073002");

    private static final String SUBJECT_KEY_IDENTIFIER_OID = "2.5.29.14";
    private static final int KEY_IDENTIFIER = 20;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final int URI = 0x86;

    private ExpectedBytes() {}

    /** Whether the certificate is exactly this, whatever its signature is. */
    static boolean are(byte[] der, Expected expected, X509Certificate authority, Optional<Urls> urls) {
        var algorithm = algorithm(expected.authority());
        var signed = signed(expected, authority, urls, algorithm);
        int header = headerOf(der);
        int end = header + signed.length + algorithm.length;
        if (der.length <= end) {
            return false;
        }
        var signature = Arrays.copyOfRange(der, end, der.length);
        return Arrays.equals(der, DerBytes.value(SEQUENCE, signed, algorithm, signature)) && isBitString(signature);
    }

    /** Of whole bytes, and with nothing after it. */
    private static boolean isBitString(byte[] value) {
        int header = headerOf(value);
        return value.length > header
                && value[header] == 0
                && Arrays.equals(value, DerBytes.value(BIT_STRING, Arrays.copyOfRange(value, header, value.length)));
    }

    /** How many bytes tag and length have. */
    private static int headerOf(byte[] der) {
        int length = der.length < 2 ? 0 : der[1] & 0xff;
        return length < 0x80 ? 2 : 2 + (length & 0x7f);
    }

    private static byte[] signed(Expected expected, X509Certificate authority, Optional<Urls> urls, byte[] algorithm) {
        return DerBytes.value(
                SEQUENCE,
                VERSION_3,
                DerBytes.value(INTEGER, expected.serial().toByteArray()),
                algorithm,
                authority.getSubjectX500Principal().getEncoded(),
                DerBytes.value(SEQUENCE, time(expected.notBefore()), time(expected.notAfter())),
                subject(expected.approved().identity().subject()),
                key(expected),
                DerBytes.value(0xa3, extensions(expected, authority, urls)));
    }

    /** RFC 5758, 3.2, RFC 4055, 5, and RFC 8410, 3. */
    private static byte[] algorithm(CertificateAuthority authority) {
        return switch (authority.keyType()) {
            case EC_P256 -> hex("300a06082a8648ce3d040302");
            case EC_P384 -> hex("300a06082a8648ce3d040303");
            case RSA_2048, RSA_3072, RSA_4096 -> hex("300d06092a864886f70d01010b0500");
            case ED25519 -> hex("300506032b6570");
        };
    }

    /** RFC 5280, 4.1.2.5. */
    private static byte[] time(Instant instant) {
        var at = ZonedDateTime.ofInstant(instant, ZoneOffset.UTC);
        var text = new StringBuilder(15);
        for (int part : new int[] {
            at.getYear() / 100,
            at.getYear() % 100,
            at.getMonthValue(),
            at.getDayOfMonth(),
            at.getHour(),
            at.getMinute(),
            at.getSecond()
        }) {
            text.append((char) ('0' + part / 10)).append((char) ('0' + part % 10));
        }
        text.append('Z');
        return at.getYear() < 2050
                ? DerBytes.text(UTC_TIME, text.substring(2))
                : DerBytes.text(GENERALIZED_TIME, text.toString());
    }

    /** RFC 4514, 2.1: the last part of the text first. */
    private static byte[] subject(Subject subject) {
        return DerBytes.value(
                SEQUENCE,
                subject.parts().reversed().stream()
                        .map(part -> DerBytes.value(
                                SET,
                                DerBytes.value(
                                        SEQUENCE,
                                        part.attribute() == Attribute.CN ? COMMON_NAME : ORGANIZATION,
                                        DerBytes.text(UTF8_STRING, part.value()))))
                        .toArray(byte[][]::new));
    }

    private static byte[] key(Expected expected) {
        try {
            return expected.approved().key().info().getEncoded("DER");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] extensions(Expected expected, X509Certificate authority, Optional<Urls> urls) {
        var approved = expected.approved();
        boolean serves = approved.profile().usages().contains(Usage.SERVER);
        var all = new ArrayList<byte[]>();
        all.add(BASIC_CONSTRAINTS);
        all.add(approved.key().type() == KeyType.RSA && serves ? SIGNS_AND_DECRYPTS : SIGNS);
        var purposes = new ArrayList<byte[]>();
        if (serves) {
            purposes.add(SERVER);
        }
        if (approved.profile().usages().contains(Usage.CLIENT)) {
            purposes.add(CLIENT);
        }
        all.add(extension(EXTENDED_KEY_USAGE, DerBytes.value(SEQUENCE, purposes.toArray(byte[][]::new))));
        var hash = Sha256.of(approved.key().info().getPublicKeyData().getOctets());
        all.add(extension(SUBJECT_KEY_IDENTIFIER, DerBytes.value(OCTET_STRING, Arrays.copyOf(hash, KEY_IDENTIFIER))));
        all.add(extension(
                AUTHORITY_KEY_IDENTIFIER, DerBytes.value(SEQUENCE, DerBytes.value(0x80, identifierOf(authority)))));
        if (!approved.identity().names().isEmpty()) {
            all.add(extension(ALTERNATIVE_NAMES, names(approved.identity())));
        }
        urls.ifPresent(it -> {
            all.add(extension(REVOCATION_LISTS, revocationLists(it)));
            all.add(extension(AUTHORITY_INFORMATION, authorityInformation(it)));
        });
        return DerBytes.value(SEQUENCE, all.toArray(byte[][]::new));
    }

    /** What the authority's own certificate says, in two octet strings. */
    private static byte[] identifierOf(X509Certificate authority) {
        var value = authority.getExtensionValue(SUBJECT_KEY_IDENTIFIER_OID);
        return Arrays.copyOfRange(value, value.length - KEY_IDENTIFIER, value.length);
    }

    private static byte[] names(Identity identity) {
        return DerBytes.value(
                SEQUENCE,
                identity.names().stream()
                        .map(name -> switch (name.kind()) {
                            case DNS -> DerBytes.text(DNS_NAME, name.value());
                            case IP ->
                                DerBytes.value(
                                        IP_ADDRESS,
                                        InetAddress.ofLiteral(name.value()).getAddress());
                        })
                        .toArray(byte[][]::new));
    }

    /** RFC 5280, 4.2.1.13: one point with one full name. */
    static byte[] revocationLists(Urls urls) {
        return DerBytes.value(
                SEQUENCE,
                DerBytes.value(
                        SEQUENCE,
                        DerBytes.value(0xa0, DerBytes.value(0xa0, DerBytes.text(URI, urls.revocationList())))));
    }

    /** RFC 5280, 4.2.2.1. */
    static byte[] authorityInformation(Urls urls) {
        return DerBytes.value(
                SEQUENCE,
                DerBytes.value(SEQUENCE, OCSP, DerBytes.text(URI, urls.ocsp())),
                DerBytes.value(SEQUENCE, CA_ISSUERS, DerBytes.text(URI, urls.certificate())));
    }

    private static byte[] extension(byte[] oid, byte[] value) {
        return DerBytes.value(SEQUENCE, oid, DerBytes.value(OCTET_STRING, value));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}

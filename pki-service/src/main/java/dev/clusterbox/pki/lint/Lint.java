package dev.clusterbox.pki.lint;

import dev.clusterbox.pki.authority.AuthorityKeyType;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.PublicAddresses;
import dev.clusterbox.pki.authority.PublicAddresses.Urls;
import dev.clusterbox.pki.authority.Validity;
import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.pki.encoding.DerBytes;
import dev.clusterbox.pki.profile.Profile.Approved;
import dev.clusterbox.pki.rule.Rule;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Primitive;

/**
 * A second look at a certificate before it leaves: what was approved is written down once more, by other means, and its bytes
 * have to be the same. If they are not, Java's parser reads them and says what is wrong. What it finds is never the caller's
 * fault, and such a certificate is neither stored nor handed out.
 */
@Singleton
public final class Lint {

    private static final String PREFIX = "lint-";

    /** RFC 5280, 4.1.2.2, and CA/Browser Forum Baseline Requirements, 7.1. */
    private static final int LONGEST_SERIAL = 20;

    private static final int SHORTEST_SERIAL_BITS = 64;

    private final PublicAddresses addresses;
    private final Map<String, X509Certificate> authorities = new ConcurrentHashMap<>();

    public Lint(PublicAddresses addresses) {
        this.addresses = addresses;
    }

    /** What is to be in the certificate besides what was approved. */
    public record Expected(
            CertificateAuthority authority,
            Approved approved,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {}

    public void check(byte[] der, Expected expected) {
        var authority = authority(expected.authority());
        var urls = addresses.urls(expected.authority().record());
        if (ExpectedBytes.are(der, expected, authority, urls)) {
            requireSerial(expected.serial(), expected.serial());
            requireValidity(expected.notBefore(), expected.notAfter(), authority, expected);
            // Last, because it costs more than all the others.
            requireSignature(der, authority, expected.authority().keyType());
        } else {
            requireEachField(der, expected, authority, urls);
        }
    }

    private static void requireEachField(
            byte[] der, Expected expected, X509Certificate authority, Optional<Urls> urls) {
        requireCanonical(der);
        var certificate = read(der);
        require("version", certificate.getVersion() == 3, certificate.getVersion(), 3);
        requireSerial(certificate.getSerialNumber(), expected.serial());
        requireNames(certificate, authority, expected);
        requireValidity(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                authority,
                expected);
        require(
                "unique-ids",
                certificate.getIssuerUniqueID() == null && certificate.getSubjectUniqueID() == null,
                "one",
                "none");
        LintedTimes.require(der, expected);
        require(
                "public-key",
                Arrays.equals(
                        certificate.getPublicKey().getEncoded(),
                        expected.approved().key().key().getEncoded()),
                "another key",
                "the key of the request");
        new LintedExtensions(certificate, expected, urls).require(authority);
        require(
                "signature-algorithm",
                !certificate.getSigAlgName().contains("SHA1")
                        && !certificate.getSigAlgName().contains("MD"),
                certificate.getSigAlgName(),
                "SHA-2, or Ed25519");
        requireSignature(certificate, authority);
    }

    /** Looks also whether both places that name the algorithm say the same. */
    private static void requireSignature(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            require("signature", false, e, "the authority's");
        }
    }

    public static boolean isFinding(Problem problem) {
        return problem.message().startsWith(PREFIX);
    }

    static void require(String name, boolean holds, Object found, Object expected) {
        if (!holds) {
            throw Problem.failed(
                            "%s%s: the certificate that was made has %s (expected: %s)"
                                    .formatted(PREFIX, name, Rule.shown(String.valueOf(found)), expected),
                            "nothing was stored; this is a fault of pki-service: look into its log")
                    .asException();
        }
    }

    private static void requireCanonical(byte[] der) {
        boolean canonical;
        try {
            Der.requireOneValue(der);
            canonical = Arrays.equals(der, ASN1Primitive.fromByteArray(der).getEncoded("DER"));
        } catch (IOException | RuntimeException e) {
            canonical = false;
        }
        require("der", canonical, "an encoding that is not DER", "DER");
    }

    X509Certificate authority(CertificateAuthority authority) {
        return authorities.computeIfAbsent(
                authority.record().fingerprint(), _ -> read(Der.of(authority.certificate())));
    }

    private static X509Certificate read(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw unreadable(e);
        }
    }

    static RuntimeException unreadable(Exception e) {
        return Problem.failed(PREFIX + "syntax: Java cannot read the certificate that was made: " + e.getMessage(), "")
                .asException();
    }

    private static void requireSerial(BigInteger serial, BigInteger expected) {
        require(
                "serial",
                serial.equals(expected)
                        && serial.signum() > 0
                        && serial.toByteArray().length <= LONGEST_SERIAL
                        && serial.bitLength() >= SHORTEST_SERIAL_BITS,
                serial,
                expected);
    }

    private static void requireNames(X509Certificate certificate, X509Certificate authority, Expected expected) {
        var issuer = certificate.getIssuerX500Principal();
        require(
                "issuer",
                Arrays.equals(
                        issuer.getEncoded(), authority.getSubjectX500Principal().getEncoded()),
                issuer,
                authority.getSubjectX500Principal());
        var subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
        var approved = expected.approved().identity().subject().toString();
        require("subject", subject.equals(approved), subject, approved);
    }

    private static void requireValidity(Instant from, Instant to, X509Certificate authority, Expected expected) {
        require("not-before", from.equals(expected.notBefore()), from, expected.notBefore());
        require("not-after", to.equals(expected.notAfter()), to, expected.notAfter());
        var longest = expected.approved().profile().validity().plus(Validity.SKEW);
        require("validity", from.isBefore(to) && !to.isAfter(from.plus(longest)), to, longest);
        require(
                "validity-of-authority",
                !from.isBefore(authority.getNotBefore().toInstant())
                        && !to.isAfter(authority.getNotAfter().toInstant()),
                List.of(from, to),
                "within the authority's");
    }

    private static void requireSignature(byte[] der, X509Certificate authority, AuthorityKeyType type) {
        var parts = DerBytes.parts(der);
        var bits = DerBytes.content(parts.getLast());
        boolean right = verifies(type, authority, parts.getFirst(), Arrays.copyOfRange(bits, 1, bits.length));
        require("signature", right, "a signature that does not verify", "the authority's");
    }

    private static boolean verifies(AuthorityKeyType type, X509Certificate authority, byte[] signed, byte[] signature) {
        try {
            var verifier = Signature.getInstance(type.signature());
            verifier.initVerify(authority.getPublicKey());
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.issuance.Profile.Approved;
import dev.clusterbox.problem.Problem;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
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
 * A second look at a certificate before it leaves: its bytes are read by somebody who did not write them, and compared with
 * what was approved. What it finds is never the caller's fault, and such a certificate is neither stored nor handed out.
 */
@Singleton
final class Lint {

    private static final String PREFIX = "lint-";

    /** RFC 5280, 4.1.2.2, and CA/Browser Forum Baseline Requirements, 7.1. */
    private static final int LONGEST_SERIAL = 20;

    private static final int SHORTEST_SERIAL_BITS = 64;

    private final Map<String, X509Certificate> authorities = new ConcurrentHashMap<>();

    /** What is to be in the certificate besides what was approved. */
    record Expected(
            CertificateAuthority authority,
            Approved approved,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {}

    void check(byte[] der, Expected expected) {
        requireCanonical(der);
        var authority = authority(expected.authority());
        var certificate = read(der);
        require("version", certificate.getVersion() == 3, certificate.getVersion(), 3);
        requireSerial(certificate.getSerialNumber(), expected.serial());
        requireNames(certificate, authority, expected);
        requireValidity(certificate, authority, expected);
        LintedTimes.require(der, expected);
        require(
                "public-key",
                Arrays.equals(
                        certificate.getPublicKey().getEncoded(),
                        expected.approved().key().key().getEncoded()),
                "another key",
                "the key of the request");
        new LintedExtensions(certificate, expected).require(authority);
        // Last, because it costs more than all the others.
        requireSignature(certificate, authority);
    }

    static boolean isFinding(Problem problem) {
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

    private X509Certificate authority(CertificateAuthority authority) {
        return authorities.computeIfAbsent(
                authority.record().fingerprint(), _ -> read(Issuer.encoded(authority.certificate())));
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

    private static void requireValidity(X509Certificate certificate, X509Certificate authority, Expected expected) {
        var from = certificate.getNotBefore().toInstant();
        var to = certificate.getNotAfter().toInstant();
        require("not-before", from.equals(expected.notBefore()), from, expected.notBefore());
        require("not-after", to.equals(expected.notAfter()), to, expected.notAfter());
        var longest = expected.approved().profile().validity().plus(Issuer.SKEW);
        require("validity", from.isBefore(to) && !to.isAfter(from.plus(longest)), to, longest);
        require(
                "validity-of-authority",
                !from.isBefore(authority.getNotBefore().toInstant())
                        && !to.isAfter(authority.getNotAfter().toInstant()),
                List.of(from, to),
                "within the authority's");
        require(
                "unique-ids",
                certificate.getIssuerUniqueID() == null && certificate.getSubjectUniqueID() == null,
                "one",
                "none");
    }

    private static void requireSignature(X509Certificate certificate, X509Certificate authority) {
        Optional<String> wrong;
        try {
            certificate.verify(authority.getPublicKey());
            wrong = Optional.empty();
        } catch (GeneralSecurityException e) {
            wrong = Optional.of(String.valueOf(e.getMessage()));
        }
        require("signature", wrong.isEmpty(), wrong.orElse(""), "the authority's");
        require(
                "signature-algorithm",
                !certificate.getSigAlgName().contains("SHA1")
                        && !certificate.getSigAlgName().contains("MD"),
                certificate.getSigAlgName(),
                "SHA-2, or Ed25519");
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.hash.Sha256;
import dev.clusterbox.pki.request.Subject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** Writes the certificates of authorities and of their responders, and what all certificates have in common (RFC 5280). */
public final class AuthorityCertificates {

    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    /** RFC 5280, 4.1.2.5: up to 2049 the one form, from then on the other. */
    private static final Instant YEAR_2050 = Instant.parse("2050-01-01T00:00:00Z");

    /** Whom OCSP responses are signed by. */
    static final Subject RESPONDER = new Subject("ocsp-responder", List.of("clusterbox"));

    private AuthorityCertificates() {}

    /** A root that signs leaves and nothing else. */
    static X509CertificateHolder authority(
            X500Name subject,
            KeyPair keys,
            AuthorityKeyType keyType,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {
        try {
            var info = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
            return new X509v3CertificateBuilder(subject, serial, time(notBefore), time(notAfter), subject, info)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(info))
                    .build(new KeySigner(keys.getPrivate(), keyType));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RFC 6960, 4.2.2.2: for OCSP responses and nothing else, and not to be checked for revocation itself. */
    static X509CertificateHolder responder(
            CertificateAuthority authority, PublicKey key, BigInteger serial, Instant notBefore, Instant notAfter) {
        try {
            var info = SubjectPublicKeyInfo.getInstance(key.getEncoded());
            var issuer = authority.certificate();
            return new X509v3CertificateBuilder(
                            issuer.getSubject(), serial, time(notBefore), time(notAfter), RESPONDER.encoded(), info)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning))
                    .addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE)
                    .addExtension(Extension.subjectKeyIdentifier, false, keyIdentifier(info))
                    .addExtension(
                            Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyIdentifier(issuer)))
                    .build(authority.signer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param generation from the second on it stands in the name, so that no two roots of a bundle have the same */
    static X500Name authorityName(AuthorityName name, int generation) {
        var builder = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, "clusterbox");
        if (!name.cluster().isEmpty()) {
            builder.addRDN(BCStyle.OU, name.cluster());
        }
        return builder.addRDN(BCStyle.CN, generation == 1 ? name.kind().toString() : name.kind() + " " + generation)
                .build();
    }

    /** RFC 7093, 2, method 1: 160 bits of SHA-256; the older way has SHA-1. */
    public static SubjectKeyIdentifier keyIdentifier(SubjectPublicKeyInfo info) {
        return new SubjectKeyIdentifier(
                Arrays.copyOf(Sha256.of(info.getPublicKeyData().getBytes()), 20));
    }

    public static byte[] keyIdentifier(X509CertificateHolder authority) {
        return ASN1OctetString.getInstance(
                        authority.getExtension(Extension.subjectKeyIdentifier).getParsedValue())
                .getOctets();
    }

    public static Time time(Instant instant) {
        return instant.isBefore(YEAR_2050)
                ? new Time(new DERUTCTime(UTC_TIME.format(instant)))
                : new Time(new DERGeneralizedTime(GENERALIZED_TIME.format(instant)));
    }
}

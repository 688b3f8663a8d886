package dev.clusterbox.pki.issuance;

import dev.clusterbox.pki.authority.AuthorityCertificates;
import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.authority.PublicAddresses;
import dev.clusterbox.pki.profile.Profile;
import dev.clusterbox.pki.profile.Profile.Approved;
import dev.clusterbox.pki.profile.Usage;
import dev.clusterbox.pki.request.AlternativeName;
import dev.clusterbox.pki.request.KeyType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** Writes the certificates of leaves as RFC 5280 has them. Knows the format; decides nothing. */
public final class CertificateWriter {

    private CertificateWriter() {}

    public static X509CertificateHolder leaf(
            CertificateAuthority authority,
            Approved approved,
            PublicAddresses addresses,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {
        try {
            var identity = approved.identity();
            var builder = new X509v3CertificateBuilder(
                            authority.certificate().getSubject(),
                            serial,
                            AuthorityCertificates.time(notBefore),
                            AuthorityCertificates.time(notAfter),
                            identity.subject().encoded(),
                            approved.key().info())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, keyUsage(approved))
                    .addExtension(Extension.extendedKeyUsage, false, purposes(approved.profile()))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            AuthorityCertificates.keyIdentifier(approved.key().info()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            new AuthorityKeyIdentifier(AuthorityCertificates.keyIdentifier(authority.certificate())));
            if (!identity.names().isEmpty()) {
                var names =
                        identity.names().stream().map(AlternativeName::encoded).toArray(GeneralName[]::new);
                builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
            for (var address :
                    List.of(addresses.revocationList(authority.record()), addresses.information(authority.record()))) {
                if (address.isPresent()) {
                    builder.addExtension(address.get());
                }
            }
            return builder.build(authority.signer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** RSA keys also decrypt in the key exchange of TLS 1.2 without forward secrecy, which some clients still check for. */
    private static KeyUsage keyUsage(Approved approved) {
        boolean decrypts = approved.key().type() == KeyType.RSA
                && approved.profile().usages().contains(Usage.SERVER);
        return new KeyUsage(KeyUsage.digitalSignature | (decrypts ? KeyUsage.keyEncipherment : 0));
    }

    private static ExtendedKeyUsage purposes(Profile profile) {
        return new ExtendedKeyUsage(
                profile.usages().stream().sorted().map(Usage::purpose).toArray(KeyPurposeId[]::new));
    }
}

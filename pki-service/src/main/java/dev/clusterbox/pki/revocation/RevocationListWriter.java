package dev.clusterbox.pki.revocation;

import dev.clusterbox.pki.authority.CertificateAuthority;
import dev.clusterbox.pki.inventory.Leaves.Revoked;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509v2CRLBuilder;

/** Writes revocation lists as RFC 5280, 5 has them. Knows the format; decides nothing. */
final class RevocationListWriter {

    private RevocationListWriter() {}

    static byte[] write(
            CertificateAuthority authority,
            long number,
            Instant thisUpdate,
            Instant nextUpdate,
            List<Revoked> revocations) {
        try {
            var builder = new X509v2CRLBuilder(authority.certificate().getSubject(), Date.from(thisUpdate))
                    .setNextUpdate(Date.from(nextUpdate))
                    .addExtension(Extension.authorityKeyIdentifier, false, keyIdentifier(authority))
                    .addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            for (var revoked : revocations) {
                var at = Date.from(revoked.revocation().at());
                var serial = new BigInteger(revoked.serial(), 16);
                var reason =
                        RevocationReason.parse(revoked.revocation().reason()).encoded();
                if (reason.isPresent()) {
                    var extension = Extension.create(Extension.reasonCode, false, reason.get());
                    builder.addCRLEntry(serial, at, new Extensions(extension));
                } else {
                    builder.addCRLEntry(serial, at, 0);
                }
            }
            return builder.build(authority.signer()).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AuthorityKeyIdentifier keyIdentifier(CertificateAuthority authority) {
        var extension = authority.certificate().getExtension(Extension.subjectKeyIdentifier);
        return new AuthorityKeyIdentifier(
                ASN1OctetString.getInstance(extension.getParsedValue()).getOctets());
    }
}

package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.authority.Responder;
import dev.clusterbox.pki.inventory.CertificateRecord;
import dev.clusterbox.pki.inventory.CertificateRecord.Revocation;
import dev.clusterbox.pki.revocation.RevocationReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.jspecify.annotations.Nullable;

/** Writes OCSP responses as RFC 6960, 4.2 has them. Knows the format; decides nothing. */
final class OcspWriter {

    private OcspWriter() {}

    /** A response that is signed. */
    static byte[] answer(
            Responder responder,
            List<Single> singles,
            Optional<Extension> nonce,
            Instant thisUpdate,
            Instant nextUpdate) {
        try {
            var certificate = responder.certificate();
            var builder = new BasicOCSPRespBuilder(id(certificate));
            for (var single : singles) {
                builder.addResponse(
                        new CertificateID(single.asked()),
                        status(single.certificate()),
                        Date.from(thisUpdate),
                        Date.from(nextUpdate));
            }
            nonce.ifPresent(extension -> builder.setResponseExtensions(new Extensions(extension)));
            var chain = new X509CertificateHolder[] {certificate};
            var response = builder.build(responder.signer(), chain, Date.from(thisUpdate));
            return new OCSPRespBuilder()
                    .build(OCSPRespBuilder.SUCCESSFUL, response)
                    .getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OCSPException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A response that says only why there is none; it is not signed. */
    static byte[] failure(Failure failure) {
        try {
            return new OCSPRespBuilder().build(failure.code, null).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OCSPException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By the SHA-1 of the key, as RFC 6960, 4.2.1 has it. */
    private static RespID id(X509CertificateHolder certificate) {
        var key = certificate.getSubjectPublicKeyInfo().getPublicKeyData().getOctets();
        return new RespID(new ResponderID(new DEROctetString(IssuerMatch.hash("SHA-1", key))));
    }

    private static @Nullable CertificateStatus status(Optional<CertificateRecord> certificate) {
        if (certificate.isEmpty()) {
            return new UnknownStatus();
        }
        return certificate
                .flatMap(CertificateRecord::revocation)
                .map(OcspWriter::revoked)
                .orElse(CertificateStatus.GOOD);
    }

    private static CertificateStatus revoked(Revocation revocation) {
        var reason = RevocationReason.parse(revocation.reason()).encoded().orElse(null);
        return new RevokedStatus(new RevokedInfo(new ASN1GeneralizedTime(Date.from(revocation.at())), reason));
    }

    /** @param certificate empty for one that we never issued */
    record Single(CertID asked, Optional<CertificateRecord> certificate) {}

    /** RFC 6960, 4.2.1. */
    enum Failure {
        MALFORMED_REQUEST(OCSPRespBuilder.MALFORMED_REQUEST),
        INTERNAL_ERROR(OCSPRespBuilder.INTERNAL_ERROR),
        TRY_LATER(OCSPRespBuilder.TRY_LATER),
        UNAUTHORIZED(OCSPRespBuilder.UNAUTHORIZED);

        private final int code;

        Failure(int code) {
            this.code = code;
        }
    }
}

package dev.clusterbox.pki.ocsp;

import dev.clusterbox.pki.encoding.Der;
import dev.clusterbox.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.jspecify.annotations.Nullable;

/**
 * What an OCSP request (RFC 6960, 4.1) asks. Who asks does not matter, so a signature is not looked at.
 *
 * @param nonce to be sent back as it came
 */
record OcspQuery(List<CertID> certificates, Optional<Extension> nonce) {

    static final int LARGEST = 16 * 1024;

    private static final int MOST_CERTIFICATES = 50;
    /** RFC 9654, 2.1. */
    private static final int LONGEST_NONCE = 128;

    OcspQuery {
        certificates = List.copyOf(certificates);
    }

    /** @throws MalformedQuery if it is anything else, or too much */
    static OcspQuery parse(byte[] der) throws MalformedQuery {
        if (der.length > LARGEST) {
            throw new MalformedQuery();
        }
        try {
            Der.requireOneValue(der);
            var request = OCSPRequest.getInstance(der).getTbsRequest();
            var list = request.getRequestList();
            var extensions = request.getRequestExtensions();
            if (request.getVersion().intValueExact() != 0 || list.size() == 0 || list.size() > MOST_CERTIFICATES) {
                throw new MalformedQuery();
            }
            requireKnown(extensions, Set.of(OCSPObjectIdentifiers.id_pkix_ocsp_nonce));
            var certificates = new ArrayList<CertID>();
            for (int i = 0; i < list.size(); i++) {
                var one = Request.getInstance(list.getObjectAt(i));
                requireKnown(one.getSingleRequestExtensions(), Set.of());
                certificates.add(one.getReqCert());
            }
            return new OcspQuery(certificates, nonce(extensions));
        } catch (ProblemException | IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            throw new MalformedQuery();
        }
    }

    private static Optional<Extension> nonce(@Nullable Extensions extensions) throws MalformedQuery {
        var nonce = extensions == null ? null : extensions.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce == null) {
            return Optional.empty();
        }
        int length = ASN1OctetString.getInstance(nonce.getParsedValue()).getOctetsLength();
        if (length < 1 || length > LONGEST_NONCE) {
            throw new MalformedQuery();
        }
        return Optional.of(nonce);
    }

    /** RFC 6960, 4.4: what is not known may be passed over unless it is critical. */
    private static void requireKnown(@Nullable Extensions extensions, Set<ASN1ObjectIdentifier> known)
            throws MalformedQuery {
        if (extensions == null) {
            return;
        }
        for (var critical : extensions.getCriticalExtensionOIDs()) {
            if (!known.contains(critical)) {
                throw new MalformedQuery();
            }
        }
    }

    /** The answer to it says no more than this, so there is nothing to tell. */
    static final class MalformedQuery extends Exception {}
}

package dev.clusterbox.kubernetes;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestCondition;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * What a CertificateSigningRequest of a cluster asks for, and who asks: Kubernetes has written down the requester itself.
 *
 * @param signer "kubernetes.io/kubelet-serving"
 * @param requester the user who made the object
 * @param groups the requester's
 * @param approved whether somebody has approved it
 * @param commonName empty unless there is exactly one
 * @param plainSubject whether the subject has common name and organizations only
 * @param names "dns:…", "ip:…", and "other:…" for what is neither
 * @param der PKCS#10
 */
record SigningRequest(
        String signer,
        String requester,
        Set<String> groups,
        Set<String> usages,
        boolean approved,
        String commonName,
        List<String> organizations,
        boolean plainSubject,
        List<String> names,
        Der der) {

    private static final int LARGEST = 16 * 1024;

    /** Bytes that are equal to themselves only. */
    record Der(PKCS10CertificationRequest request) {

        byte[] bytes() {
            try {
                return request.getEncoded();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Whether it still waits for an answer. */
    static boolean isOpen(CertificateSigningRequest object) {
        var status = Optional.ofNullable(object.getStatus());
        return status.map(s -> s.getCertificate() == null || s.getCertificate().isEmpty())
                        .orElse(true)
                && conditions(object).noneMatch(type -> type.equals("Denied") || type.equals("Failed"));
    }

    private static Stream<String> conditions(CertificateSigningRequest object) {
        return Optional.ofNullable(object.getStatus()).stream()
                .flatMap(status -> status.getConditions().stream())
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(CertificateSigningRequestCondition::getType);
    }

    /** @throws IllegalArgumentException if what it carries is not a PKCS#10 request */
    static SigningRequest parse(CertificateSigningRequest object) {
        var spec = object.getSpec();
        var request = decode(spec.getRequest());
        var subject = request.getSubject();
        return new SigningRequest(
                spec.getSignerName(),
                Optional.ofNullable(spec.getUsername()).orElse(""),
                Set.copyOf(spec.getGroups()),
                Set.copyOf(spec.getUsages()),
                conditions(object).anyMatch("Approved"::equals),
                values(subject, BCStyle.CN).size() == 1
                        ? values(subject, BCStyle.CN).getFirst()
                        : "",
                values(subject, BCStyle.O),
                isPlain(subject),
                names(request),
                new Der(request));
    }

    /** BouncyCastle answers bytes that make no sense with exceptions of all kinds. */
    private static PKCS10CertificationRequest decode(String base64) {
        try {
            var pem = new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII);
            if (pem.length() > LARGEST) {
                throw new IllegalArgumentException("longer than %d bytes".formatted(LARGEST));
            }
            var begin = pem.indexOf("-----BEGIN CERTIFICATE REQUEST-----");
            var end = pem.indexOf("-----END CERTIFICATE REQUEST-----");
            if (begin < 0 || end < begin) {
                throw new IllegalArgumentException("not a certificate request in PEM");
            }
            var body = pem.substring(begin, end).replace("-----BEGIN CERTIFICATE REQUEST-----", "");
            var request = new PKCS10CertificationRequest(Base64.getMimeDecoder().decode(body));
            // Read it all once, so that what cannot be read fails here.
            values(request.getSubject(), BCStyle.CN);
            names(request);
            return request;
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException("it carries no PKCS#10 request that can be read", e);
        }
    }

    private static List<String> values(X500Name subject, ASN1ObjectIdentifier type) {
        return Stream.of(subject.getRDNs(type))
                .flatMap(rdn -> Stream.of(rdn.getTypesAndValues()))
                .filter(value -> value.getType().equals(type))
                .map(value -> IETFUtils.valueToString(value.getValue()))
                .toList();
    }

    private static boolean isPlain(X500Name subject) {
        return Stream.of(subject.getRDNs())
                .flatMap((RDN rdn) -> Stream.of(rdn.getTypesAndValues()))
                .allMatch(value ->
                        value.getType().equals(BCStyle.CN) || value.getType().equals(BCStyle.O));
    }

    private static List<String> names(PKCS10CertificationRequest request) {
        var extensions = request.getRequestedExtensions();
        if (extensions == null) {
            return List.of();
        }
        var general = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        var names = new ArrayList<String>();
        if (general != null) {
            for (var name : general.getNames()) {
                names.add(
                        switch (name.getTagNo()) {
                            case GeneralName.dNSName -> "dns:" + IETFUtils.valueToString(name.getName());
                            case GeneralName.iPAddress -> "ip:" + address(ASN1OctetString.getInstance(name.getName()));
                            default -> "other:" + name.getTagNo();
                        });
            }
        }
        return List.copyOf(names);
    }

    private static String address(ASN1OctetString octets) {
        try {
            return InetAddress.getByAddress(octets.getOctets()).getHostAddress();
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
